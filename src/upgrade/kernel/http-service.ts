/** A Node HTTP server as a service: its keep-alive connections change their process between two requests. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Rehearsal } from './rehearsal.ts';
import { createRequestBounds, followRequests, type RequestBounds } from './request-bounds.ts';
import type { ServiceOptions } from './service.ts';
import type { UpgradableConnection } from './upgradable-connection.ts';

interface Exchange {
  readonly bounds: RequestBounds;
  answered: number;
}

/** The server need not listen: connections come from the unit. */
export function serveHttp(
  server: Server,
): Pick<ServiceOptions, 'onConnection' | 'isComplete' | 'rehearsal'> {
  const { onConnection, isComplete } = followServer(server);
  return { onConnection, isComplete, rehearsal };
}

/** Of Node's server, not of its user's. */
function rehearsal(): Rehearsal {
  const server = createServer((request, response) => void answerAnything(request, response));
  return {
    onConnection: followServer(server).onConnection,
    question: ['POST / HTTP/1.1\r\nhost: here\r\ncontent-length: 8\r\n\r\n', 'question'],
    end: () => server.close(),
  };
}

async function answerAnything(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = '';
  for await (const piece of request.setEncoding('utf8')) body += piece;
  response.setHeader('content-length', body.length).end(body);
}

interface Followed {
  readonly onConnection: (connection: UpgradableConnection) => void;
  readonly isComplete: (connection: UpgradableConnection) => boolean;
}

function followServer(server: Server): Followed {
  const exchanges = new WeakMap<UpgradableConnection, Exchange>();
  server.on('request', (request, response: ServerResponse) => {
    const connection = request.socket as unknown as UpgradableConnection;
    response.once('close', () => {
      const exchange = exchanges.get(connection);
      if (exchange !== undefined) exchange.answered += 1;
      connection.onMoved();
    });
  });
  return {
    onConnection: (connection) => {
      const exchange: Exchange = { bounds: createRequestBounds(), answered: 0 };
      exchanges.set(connection, exchange);
      connection.on('data', (piece: Uint8Array) => followRequests(exchange.bounds, piece));
      server.emit('connection', connection);
    },
    isComplete: (connection) => {
      const { bounds, answered } = exchanges.get(connection)!;
      return bounds.place.kind === 'between' && bounds.requests === answered;
    },
  };
}
