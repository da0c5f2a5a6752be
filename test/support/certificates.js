// Certificates for a test, made when it runs, so that none expires: an authority, and what it has signed for servers, for clients and
// for both. Plain JavaScript, since the run of Redis's test suite is not compiled.
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const KINDS = {
  server: 'keyUsage = digitalSignature, keyEncipherment\nnsCertType = server\n',
  client: 'keyUsage = digitalSignature, keyEncipherment\nnsCertType = client\n',
  redis: 'keyUsage = digitalSignature, keyEncipherment\n',
}

/** Makes ca.crt, NAME.crt and NAME.key of each kind, and redis.dh, with the names that Redis's tests have for them. */
export function makeCertificates(dir) {
  mkdirSync(dir, { recursive: true })
  const openssl = (...args) => execFileSync('openssl', args, { cwd: dir, stdio: ['ignore', 'ignore', 'pipe'] })
  const own = (name, key, subject) => ['-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-subj', `/CN=${subject}`, '-out', name]
  openssl('req', '-x509', '-days', '7', ...own('ca.crt', 'ca.key', 'Authority'))
  for (const [name, extensions] of Object.entries(KINDS)) {
    writeFileSync(join(dir, 'extensions'), `subjectAltName = DNS:localhost, IP:127.0.0.1\n${extensions}`)
    openssl('req', '-new', ...own('request', `${name}.key`, name))
    const signed = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'extensions']
    openssl('x509', '-req', '-days', '7', '-in', 'request', ...signed, '-out', `${name}.crt`)
  }
  openssl('genpkey', '-genparam', '-algorithm', 'DH', '-pkeyopt', 'group:ffdhe2048', '-out', 'redis.dh')
  for (const name of ['extensions', 'request']) rmSync(join(dir, name))
}
