import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { isIPv4 } from 'node:net';

/** An authority of our own, and the certificates that it signs: X.509 by hand, for Node cannot make one. */
export class Authority {
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  readonly ca: string;

  constructor(readonly name: string) {
    const isAuthority = extension([0x55, 0x1d, 0x13], sequence(tlv(0x01, [0xff])));
    this.ca = this.#sign(name, this.#keys.publicKey, isAuthority);
  }

  /** For a server that is reached by that name or address. */
  issue(host: string): { certificate: string; key: string } {
    const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const name = isIPv4(host) ? tlv(0x87, host.split('.').map(Number)) : tlv(0x82, Buffer.from(host));
    const names = extension([0x55, 0x1d, 0x11], sequence(name));
    return {
      certificate: this.#sign('server', keys.publicKey, names),
      key: String(keys.privateKey.export({ type: 'pkcs8', format: 'pem' })),
    };
  }

  #sign(subject: string, publicKey: KeyObject, extensions: Buffer): string {
    const ecdsaWithSha256 = sequence(tlv(0x06, [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]));
    const content = sequence(
      tlv(0xa0, tlv(0x02, [2])), // version 3
      tlv(0x02, [1, Math.floor(Math.random() * 256), Math.floor(Math.random() * 256)]),
      ecdsaWithSha256,
      commonName(this.name),
      sequence(time(-1), time(1)),
      commonName(subject),
      publicKey.export({ type: 'spki', format: 'der' }),
      tlv(0xa3, sequence(extensions)),
    );
    const signature = createSign('sha256').update(content).sign(this.#keys.privateKey);
    const certificate = sequence(
      content,
      ecdsaWithSha256,
      tlv(0x03, Buffer.concat([Buffer.of(0), signature])),
    );
    const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
    return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
  }
}

function tlv(tag: number, ...contents: (Buffer | number[])[]): Buffer {
  const content = Buffer.concat(contents.map((part) => Buffer.from(part)));
  const { length } = content;
  return Buffer.concat([Buffer.from([tag, ...encodedLength(length)]), content]);
}

/** In as few bytes as it takes: DER has one form for each number. */
function encodedLength(length: number): number[] {
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}

function sequence(...contents: Buffer[]): Buffer {
  return tlv(0x30, ...contents);
}

function commonName(name: string): Buffer {
  return sequence(tlv(0x31, sequence(tlv(0x06, [0x55, 0x04, 0x03]), tlv(0x0c, Buffer.from(name)))));
}

function extension(id: number[], value: Buffer): Buffer {
  return sequence(tlv(0x06, id), tlv(0x04, value));
}

/** So many days from now. */
function time(days: number): Buffer {
  const text = new Date(Date.now() + days * 86_400_000).toISOString().replace(/[-:T]/g, '').slice(2, 14);
  return tlv(0x17, Buffer.from(`${text}Z`));
}
