import test from 'ava';
import type { Expression } from '../schema/expression.ts';
import type { EventModel, MeasureModel } from '../schema/model.ts';
import { disturbedTraffic } from './disturbed-traffic.ts';
import { ping, scenarioOf } from './testing-scenario.ts';

const span = { start: 0, end: 1 };
const begun: Expression = {
  kind: 'binary',
  operator: '>=',
  left: { kind: 'name', path: ['download', 'bytes'], span },
  right: { kind: 'number', value: 8, dimension: 'size', span },
  span,
};

function eventOf(name: string, trigger: EventModel['trigger']): EventModel {
  const change = { kind: 'link-down' as const, link: 'wifi' };
  return { name, trigger, forNs: undefined, everyNs: undefined, times: 1, change };
}

const gap: MeasureModel = {
  name: 'gap',
  what: 'delivery-gap',
  of: 'ping',
  around: 'cut',
  window: undefined,
  pick: 'median',
  kind: undefined,
  where: {},
};

test('an event disturbs what is measured around it and what it waits for, or else everything', (t) => {
  const scenario = scenarioOf({
    traffic: [ping, { ...ping, name: 'download' }],
    events: [
      eventOf('cut', { kind: 'at', timeNs: 1 }),
      eventOf('late', { kind: 'after', condition: begun }),
      eventOf('other', { kind: 'at', timeNs: 1 }),
    ],
    measures: [gap],
  });
  t.deepEqual(disturbedTraffic(scenario), { cut: ['ping'], late: ['download'] });
});

test('an event that disturbs a watched flow has no traffic that could be over before it', (t) => {
  const page = { name: 'page', from: 'server', to: 'phone', protocol: 'tcp', port: 80 } as const;
  const scenario = scenarioOf({
    watches: [page],
    events: [
      eventOf('cut', { kind: 'at', timeNs: 1 }),
      eventOf('other', { kind: 'at', timeNs: 1 }),
    ],
    measures: [{ ...gap, of: 'page' }],
  });
  t.deepEqual(disturbedTraffic(scenario), { cut: [] });
});
