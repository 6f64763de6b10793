import test from 'ava';
import { listensIn } from './listening-port.ts';

/** As `/proc/net/tcp` prints it (Documentation/networking/proc_net_tcp.rst), cut behind the state. */
const table = `  sl  local_address rem_address   st tx_queue rx_queue
   0: 00000000:0050 00000000:0000 0A 00000000:00000000
   1: 0100007F:1F90 00000000:0000 0A 00000000:00000000
   2: 0A000001:0016 0A000002:C350 01 00000000:00000000
`;

test('a port is listened on where a line of its number stands in that state', (t) => {
  t.true(listensIn(table, 80, '0A'));
  t.true(listensIn(table, 8_080, '0A'));
});

test('a connection, its far port, and a port whose digits end alike are no listeners', (t) => {
  t.false(listensIn(table, 22, '0A'), 'established');
  t.false(listensIn(table, 50_000, '0A'), 'of the far end');
  t.false(listensIn(table, 0x50 + 0x10000, '0A'));
  t.false(listensIn(table, 0, '0A'), 'the far port of what listens');
  t.false(listensIn('', 80, '0A'));
});

test('an IPv6 table has longer addresses', (t) => {
  const line =
    '   0: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 0';
  t.true(listensIn(line, 80, '0A'));
});
