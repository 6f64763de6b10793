/** A test that passes. */
import test from 'ava';

test('planted: this one passes', (t) => t.pass());
