# Sourced by scripts/demo and scripts/test: finds Node.js, installs npm packages and builds, each only if
# it is needed. Everything it says goes to stderr; nothing outside node_modules and dist is written here.
# Works with the bash 3.2 of macOS.

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

# The settings of whoever calls must not reach a demo or a test: they could name a real relay or ledger.
forget_settings() {
  unset DATABASE_URL DATABASE_URL_FILE REDIS_URL REDIS_URL_FILE
  unset CANDOR_DATA CANDOR_KEY CANDOR_KEY_FILE CANDOR_SLICE_SIZE CANDOR_UNCONFIRMED CANDOR_HOLD_REFUSED
  unset SMTP_URL SMTP_URL_FILE SMTP_TLS SMTP_CA SMTP_NAME SMTP_AUTH SMTP_CONNECTIONS SMTP_REPLY_TIMEOUT
  unset MAIL_FROM MAIL_ENVELOPE_FROM MAIL_REPLY_TO MAIL_AUTO_SUBMITTED
  unset DKIM_KEY DKIM_KEY_FILE DKIM_SELECTOR DKIM_DOMAIN
  unset RATE_PER_SECOND RATE_PER_DOMAIN RETRY_SCHEDULE RETRY_FOR RECOVERY_SECONDS
  unset HOST PORT INBOX_PORT PUBLIC_URL TRUST_PROXY
  unset ALERT_WEBHOOK ALERT_WEBHOOK_FILE LOG_LEVEL
}

need_node() {
  command -v node >/dev/null 2>&1 || fail 'Candor needs Node.js 20.19 or newer, and there is no `node` in the PATH. See https://nodejs.org'
  node -e 'var v = process.versions.node.split("."); process.exit(+v[0] > 20 || (+v[0] === 20 && +v[1] >= 19) ? 0 : 1)' ||
    fail "Candor needs Node.js 20.19 or newer; this is $(node --version)."
}

# Two scripts that start at once in the same folder must not install or build over each other. The lock
# is held on a file that exists anyway, and ends with the process; without flock (macOS) there is none.
lock_checkout() {
  command -v flock >/dev/null 2>&1 || return 0
  exec 9<"$root/package-lock.json"
  flock -n 9 || { say 'Waiting for another Candor script in this folder to finish installing …'; flock 9; }
}
unlock_checkout() { exec 9<&-; }

# install_packages [--production]
install_packages() {
  node "$root/scripts/packages-ready.mjs" "$@" && return 0
  command -v npm >/dev/null 2>&1 || fail 'The npm packages are missing, and there is no `npm` in the PATH to install them.'
  [ -w "$root" ] || fail "The npm packages are missing, and $(id -un) may not write to $root. Run \`npm ci\` there as its owner."
  cache=$(npm config get cache 2>/dev/null) || cache=
  # A user without a usable home (nobody, a container) cannot keep the packages that npm downloads.
  if ! { mkdir -p "$cache" && [ -w "$cache" ]; } 2>/dev/null; then
    cache=$(mktemp -d "${TMPDIR:-/tmp}/candor-npm.XXXXXX")
    passing_cache=$cache
  fi
  say 'Installing npm packages (once, about a minute) …'
  # --include=dev: NODE_ENV=production in the environment would leave the compiler out.
  if ! (cd "$root" && npm ci --include=dev --no-audit --no-fund --loglevel=error --cache "$cache" >&2); then
    [ -z "${passing_cache:-}" ] || rm -rf "$passing_cache"
    fail 'npm could not install the packages; its message is above. The npm registry has to be reachable once.'
  fi
  [ -z "${passing_cache:-}" ] || rm -rf "$passing_cache"
}

built_is_current() {
  [ -f "$root/dist/main.js" ] && [ "$(cat "$root/dist/.built-from" 2>/dev/null)" = "$(node "$root/scripts/source-digest.mjs")" ]
}

build() {
  built_is_current && return 0
  if [ -f "$root/dist/main.js" ] && [ ! -w "$root/dist" ]; then
    say "Using dist/ as it is: $(id -un) may not write to it."
    return 0
  fi
  [ -w "$root" ] || fail "dist/ is missing, and $(id -un) may not write to $root. Run \`npm run build\` there as its owner."
  say 'Building …'
  (cd "$root" && node scripts/build.mjs >&2) || return 1
  node "$root/scripts/source-digest.mjs" >"$root/dist/.built-from"
}
