/** The RADIUS client of the machine on real sockets, and what servers ask of their own accord. */
import type { Endpoint } from '../base/address.ts';
import type { DatagramArrived, DatagramSocket, Host, Timer } from '../host/host.ts';
import {
  advanceRadius,
  askRadius,
  createRadiusClient,
  type RadiusClient,
  type RadiusService,
  type RadiusSink,
  receiveRadius,
} from '../multicast/radius-client.ts';
import type { RadiusAttribute, RadiusPacket } from '../wire/radius.ts';
import type { ServerSettings } from './settings.ts';

/** IANA: radius-dynauth. */
const dynamicAuthorizationPort = 3_799;

type OnAnswer = (answer: RadiusPacket | undefined) => void;
/** What a server asks; the bytes that answer it, if any do. */
type OnRequest = (server: ServerSettings, bytes: Uint8Array) => Uint8Array | undefined;

export class RadiusSockets {
  readonly #host: Host;
  readonly #servers: readonly ServerSettings[];
  readonly #client: RadiusClient;
  readonly #sockets: DatagramSocket[] = [];
  readonly #waiting = new Map<number, OnAnswer>();
  readonly #sink: RadiusSink;
  #timer: Timer | undefined;
  #nextToken = 1;

  constructor(
    host: Host,
    { servers }: { readonly servers: readonly ServerSettings[] },
    onRequest: OnRequest,
  ) {
    this.#host = host;
    this.#servers = servers;
    this.#client = createRadiusClient(servers, host.random);
    const families = new Set(servers.map(({ address }) => (typeof address === 'number' ? 4 : 6)));
    const sockets = new Map<number, DatagramSocket>();
    for (const family of families) {
      const received = (arrived: DatagramArrived) => this.#receive(arrived);
      sockets.set(family, this.#keep(host.openDatagramSocket({ family }, { received })));
      this.#listen(family, onRequest);
    }
    this.#sink = {
      send: (server, service, bytes) => {
        const to = this.#endpointOf(server, service);
        sockets.get(typeof to.address === 'number' ? 4 : 6)!.send(bytes, to);
      },
      answered: (token, answer) => this.#answered(token, answer),
      doubted: (server, reason) => host.records.record('access.doubted', { server, reason }),
    };
  }

  ask(
    server: string,
    service: RadiusService,
    attributes: readonly RadiusAttribute[],
    then: OnAnswer,
  ): void {
    const token = this.#nextToken;
    this.#nextToken += 1;
    this.#waiting.set(token, then);
    const nowNs = this.#host.clock.nowNs();
    askRadius(this.#client, nowNs, { server, service }, { token, attributes }, this.#sink);
    this.#settle();
  }

  close(): void {
    this.#timer?.cancel();
    for (const socket of this.#sockets) socket.close();
  }

  #listen(family: 4 | 6, onRequest: OnRequest): void {
    const received = ({ from, payload }: DatagramArrived) => {
      const server = this.#servers.find(({ address }) => address === from.address);
      const answer = server && onRequest(server, payload.slice());
      if (answer) socket.send(answer, from);
    };
    const options = { family, port: dynamicAuthorizationPort };
    const socket = this.#keep(this.#host.openDatagramSocket(options, { received }));
  }

  #keep(socket: DatagramSocket): DatagramSocket {
    this.#sockets.push(socket);
    return socket;
  }

  #receive({ from, payload }: DatagramArrived): void {
    const server = this.#servers.find(
      ({ address, accessPort, accountingPort }) =>
        address === from.address && (accessPort === from.port || accountingPort === from.port),
    );
    if (server === undefined) return;
    const service = server.accessPort === from.port ? 'access' : 'accounting';
    const nowNs = this.#host.clock.nowNs();
    const way = { server: server.name, service } as const;
    receiveRadius(this.#client, nowNs, way, payload.slice(), this.#sink);
    this.#settle();
  }

  #answered(token: number, answer: RadiusPacket | undefined): void {
    const then = this.#waiting.get(token);
    this.#waiting.delete(token);
    then?.(answer);
  }

  #endpointOf(name: string, service: RadiusService): Endpoint {
    const { address, accessPort, accountingPort } = this.#servers.find(
      (server) => server.name === name,
    )!;
    return { address, port: service === 'access' ? accessPort : accountingPort };
  }

  #settle(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const { deadlineNs } = this.#client;
    const { clock } = this.#host;
    if (deadlineNs === Number.POSITIVE_INFINITY) return;
    this.#timer = clock.after(Math.max(0, deadlineNs - clock.nowNs()), () => {
      advanceRadius(this.#client, clock.nowNs(), this.#sink);
      this.#settle();
    });
  }
}
