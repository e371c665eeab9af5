# syntax=docker/dockerfile:1
# Candor in one image: the console, the worker and every command. Three stages, so that neither the
# compiler nor its packages reach the last one. glibc, because the embedded Postgres is built for it.

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --include=dev
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/build.mjs scripts/
COPY src src
COPY templates templates
RUN npm run build

FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

FROM node:24-bookworm-slim
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=3000 \
    CANDOR_DATA=/data
WORKDIR /app
# /data is used only by the embedded Postgres and its key, that is without DATABASE_URL.
RUN install -d -o node -g node -m 0700 /data
COPY package.json LICENSE README.md CHANGELOG.md ./
COPY templates templates
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/dist dist
# uid 1000; everything below /app belongs to root and stays read-only for it.
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Candor answers SIGTERM itself and so may be process 1. With the embedded Postgres, run it under
# `docker run --init`, which collects the processes that Postgres leaves behind.
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "/app/dist/main.js"]
CMD ["serve"]
