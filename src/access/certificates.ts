/** Certificates of a lab: an authority, a server's, and one for each account that proves itself by one. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runTool } from './tool.ts';

const days = '3650';
const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** `ca.pem`, and for each name NAME.pem and NAME.key. */
export function makeCertificates(folder: string, names: readonly string[]): void {
  mkdirSync(folder, { recursive: true });
  const at = (name: string) => join(folder, name);
  if (!existsSync(at('ca.pem'))) {
    const files = ['-keyout', at('ca.key'), '-out', at('ca.pem')];
    const subject = ['-subj', '/CN=Ropewalk lab', '-days', days];
    runTool(['openssl', 'req', '-x509', ...key, ...subject, ...files], '');
  }
  for (const name of names) makeCertificate(at, name);
}

function makeCertificate(at: (name: string) => string, name: string): void {
  const request = ['-keyout', at(`${name}.key`), '-out', at(`${name}.csr`)];
  runTool(['openssl', 'req', ...key, '-subj', `/CN=${name}`, ...request], '');
  const use = name === 'server' ? 'serverAuth' : 'clientAuth';
  writeFileSync(at(`${name}.ext`), `extendedKeyUsage=${use}\n`);
  const by = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', days];
  const files = [
    '-in',
    at(`${name}.csr`),
    '-extfile',
    at(`${name}.ext`),
    '-out',
    at(`${name}.pem`),
  ];
  runTool(['openssl', 'x509', '-req', ...by, ...files], '');
}
