// What a password must be: long, and not what anybody would try first. No rules of composition, which only
// make people write worse ones (NIST SP 800-63B section 5.1.1.2).
export const shortestPassword = 12;
/** Octets: the hash takes any length, a form does not. */
export const longestPassword = 1_024;

const commonParts = [
  'password',
  'passwort',
  'kata sandi',
  'contraseña',
  '123456',
  'qwerty',
  'letmein',
  'welcome',
  'admin',
  'candor',
  'changeme',
];

/** What is wrong with a password, in a sentence to the person who chose it; null when nothing is. */
export function passwordProblem(password: string, name: string): string | null {
  if ([...password].length < shortestPassword)
    return `Use at least ${shortestPassword} characters. A few unrelated words are easy to remember.`;
  if (Buffer.byteLength(password) > longestPassword) return 'This password is too long. Use at most 1,024 bytes.';
  const lower = password.toLowerCase();
  if (new Set(lower).size < 5) return 'This password repeats too few characters. Use a few unrelated words.';
  const rest = [name.toLowerCase(), ...commonParts].reduce(
    (left, part) => (part === '' ? left : left.replaceAll(part, '')),
    lower,
  );
  if (rest.length < shortestPassword / 2)
    return 'This password is one of the first that somebody would try. Use a few unrelated words.';
  return null;
}
