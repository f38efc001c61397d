/** What programs need to find files, show texts and reach the network; nothing that is a secret of ours. */
const ALLOWED = [
  /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|TZ|TMPDIR|TEMP|TMP|TERM)$/,
  /^LC_/,
  /^XDG_(CACHE|CONFIG|DATA)_HOME$/,
  /^(https?|no|all)_proxy$/i,
  /^(SSL_CERT_FILE|SSL_CERT_DIR|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|NODE_EXTRA_CA_CERTS)$/,
];

/**
 * The environment for a program that this one starts: an allow-list, since nobody can list every secret that a shell may
 * hold (`AIVEN_TOKEN`, those of clouds, of databases).
 *
 * @param more what this very program needs beside that.
 */
export function childEnv(
  env: Readonly<Record<string, string | undefined>>,
  more: RegExp[] = [],
): NodeJS.ProcessEnv {
  const isAllowed = (name: string) => [...ALLOWED, ...more].some((pattern) => pattern.test(name));
  return Object.fromEntries(Object.entries(env).filter(([name]) => isAllowed(name)));
}
