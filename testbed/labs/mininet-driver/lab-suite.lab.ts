import test from 'ava';
import { builtInPrograms } from '../../../src/programs/catalog.ts';
import { labConformance } from '../lab.conformance.ts';
import { declareHostLack, hostLackHere } from './host/testing-host.ts';
import { isAskedFor, TestingMininet } from './testing-mininet.ts';

const lack = hostLackHere();
if (lack !== undefined) declareHostLack(lack);
else if (!isAskedFor()) declareHostLack('takes minutes: ROPEWALK_REQUIRE_LABS=mininet');
else {
  const mininet = await TestingMininet.raise(Object.keys(builtInPrograms));
  test.after.always(() => mininet[Symbol.asyncDispose]());
  labConformance({
    name: 'mininet',
    createLab: () => mininet.lab,
    leftovers: () => mininet.leftovers(),
    skip: {
      'a restart of a node that is up stops its programs and begins them at once':
        'on a User-Mode Linux a program takes seconds to begin, longer than the case waits',
    },
  });
}
