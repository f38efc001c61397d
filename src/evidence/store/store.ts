/** Where evidence is kept. */
export interface EvidenceStore {
  /**
   * Keeps a file as a whole or not at all; one of the same name is replaced.
   *
   * @returns where it is: a path, or an `s3://` URL.
   * @throws SwitchbackError EVIDENCE_NOT_KEPT
   */
  put(name: string, bytes: Uint8Array, contentType: string): Promise<string>;
}
