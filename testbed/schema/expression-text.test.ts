import test from 'ava';
import { formatExpression } from './expression-text.ts';
import { parseExpression } from './parse-expression.ts';

const texts: readonly string[] = [
  'download.bytes >= 8 MiB',
  'gap <= 2 * rtt(phone, gateway via wifi) + queueing(wifi) + 50 ms',
  '(a + b) * c / (d - (e - f))',
  'a - b - c',
  'not (a < 1 or b > 2) and c == 3',
  '-(a + b) * -2',
  'goodput >= 8 Mbit/s',
  'transmission(wifi toward phone, 1200 B) < 1.5 ms',
  'min(a, b + 1) != never(c)',
];

for (const text of texts) {
  test(`prints as it is read: ${text}`, (t) => {
    const reading = parseExpression(text);
    t.is(reading.kind === 'expression' ? formatExpression(reading.expression) : undefined, text);
  });
}
