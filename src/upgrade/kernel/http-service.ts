/** A Node HTTP server as a service: its keep-alive connections change their process between two requests. */
import type { Server, ServerResponse } from 'node:http';
import { createRequestBounds, followRequests, type RequestBounds } from './request-bounds.ts';
import type { ServiceOptions } from './service.ts';
import type { UpgradableConnection } from './upgradable-connection.ts';

interface Exchange {
  readonly bounds: RequestBounds;
  answered: number;
}

/** The server need not listen: connections come from the unit. */
export function serveHttp(server: Server): Pick<ServiceOptions, 'onConnection' | 'isComplete'> {
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
