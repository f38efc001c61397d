/**
 * Takes away the variable that would let any certificate pass, in this whole process, before the first connection. For
 * programs; whoever uses the client in a process of their own decides for that process.
 *
 * @returns what to tell; `undefined` when the variable was not set.
 */
export function alwaysVerifyCertificates(env: NodeJS.ProcessEnv): string | undefined {
  if (env.NODE_TLS_REJECT_UNAUTHORIZED !== '0') return undefined;
  delete env.NODE_TLS_REJECT_UNAUTHORIZED;
  return 'NODE_TLS_REJECT_UNAUTHORIZED=0 is ignored: certificates are always verified. Name your own authority in NODE_EXTRA_CA_CERTS.';
}
