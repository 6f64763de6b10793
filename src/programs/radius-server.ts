/** A RADIUS server that knows accounts, their passwords, and the groups that each may have. */
import { formatIp } from '../base/address.ts';
import type { DatagramArrived, DatagramSocket, Host } from '../host/host.ts';
import type { StartProgram } from '../host/program.ts';
import { isMalformed } from '../wire/malformed.ts';
import { parseRadius, type RadiusCode, type RadiusPacket } from '../wire/radius.ts';
import {
  accountingStatus,
  numberOf,
  radiusType,
  ropewalkType,
  serviceType,
  textOf,
  vendorTextsOf,
} from '../wire/radius-attribute.ts';
import {
  doubtDigestRequest,
  doubtMessageAuthenticator,
  signAnswer,
} from '../wire/radius-signature.ts';
import {
  type Account,
  type RadiusServerSettings,
  readRadiusServerSettings,
} from './access-settings.ts';
import { digestOf } from './eap-md5.ts';

export const startRadiusServer: StartProgram = (host, given) => {
  const server = new RadiusServer(host, readRadiusServerSettings(given));
  host.lifecycle.ready();
  return { stop: () => server.stop() };
};

const accessPort = 1_812;
const accountingPort = 1_813;

class RadiusServer {
  readonly #host: Host;
  readonly #settings: RadiusServerSettings;
  readonly #sockets: readonly DatagramSocket[];

  constructor(host: Host, settings: RadiusServerSettings) {
    this.#host = host;
    this.#settings = settings;
    this.#sockets = ([4, 6] as const).flatMap((family) => [
      this.#listen(family, accessPort, (packet) => this.#answerAccess(packet)),
      this.#listen(family, accountingPort, (packet) => this.#answerAccounting(packet)),
    ]);
  }

  stop(): void {
    for (const socket of this.#sockets) socket.close();
  }

  #listen(
    family: 4 | 6,
    port: number,
    answer: (packet: RadiusPacket) => RadiusCode | undefined,
  ): DatagramSocket {
    const received = ({ from, to, payload }: DatagramArrived) => {
      const packet = parseRadius(payload, 0, payload.length);
      const code = isMalformed(packet) ? undefined : answer(packet);
      if (isMalformed(packet) || code === undefined) return;
      const { identifier, authenticator } = packet;
      const unsigned = { code, identifier, authenticator, attributes: [] };
      const bytes = signAnswer(unsigned, authenticator, this.#settings.secret);
      socket.send(bytes, from, { source: to.address });
    };
    const socket = this.#host.openDatagramSocket({ family, port }, { received });
    return socket;
  }

  #answerAccess(packet: RadiusPacket): RadiusCode | undefined {
    if (packet.code !== 'access-request') return undefined;
    const { secret, accounts } = this.#settings;
    if (doubtMessageAuthenticator(packet, packet.authenticator, secret)) return undefined;
    const name = textOf(packet, radiusType.userName) ?? '';
    const account = accounts.get(name);
    const isQuestion = numberOf(packet, radiusType.serviceType) === serviceType.authorizeOnly;
    const isRight =
      account !== undefined && (isQuestion ? mayHave(account, packet) : isKnown(account, packet));
    const code = isRight ? 'access-accept' : 'access-reject';
    const [group] = vendorTextsOf(packet, ropewalkType.multicastGroup);
    this.#host.records.record('radius.answered', {
      ...{ account: name, answer: code },
      ...(group !== undefined && { group }),
    });
    return code;
  }

  #answerAccounting(packet: RadiusPacket): RadiusCode | undefined {
    if (packet.code !== 'accounting-request') return undefined;
    if (doubtDigestRequest(packet, this.#settings.secret)) return undefined;
    const code = numberOf(packet, radiusType.accountingStatus);
    const status = Object.entries(accountingStatus).find(([, number]) => number === code)?.[0];
    const [group] = vendorTextsOf(packet, ropewalkType.multicastGroup);
    this.#host.records.record('radius.accounted', {
      status: status ?? 'unknown',
      account: textOf(packet, radiusType.userName) ?? '',
      group: group ?? '',
      seconds: numberOf(packet, radiusType.accountingSeconds) ?? 0,
    });
    return 'accounting-response';
  }
}

/** Whether it has logged on is the switch's to know: it asks for nobody else. */
function mayHave({ groups }: Account, packet: RadiusPacket): boolean {
  const [asked] = vendorTextsOf(packet, ropewalkType.multicastGroup);
  return groups.some((group) => formatIp(group) === asked);
}

/** RFC 2865 5.3. */
function isKnown({ password }: Account, packet: RadiusPacket): boolean {
  const said = bytesOfType(packet, radiusType.chapPassword);
  const challenge = bytesOfType(packet, radiusType.chapChallenge) ?? packet.authenticator;
  if (said === undefined) return false;
  const right = digestOf(said[0]!, password, challenge);
  return right.every((byte, at) => said[at + 1] === byte);
}

function bytesOfType({ attributes }: RadiusPacket, type: number): Uint8Array | undefined {
  return attributes.find((attribute) => attribute.type === type)?.value;
}
