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
    // A User-Mode Linux beside four busy processes has a quarter of a processor.
    pace: 4,
  });
}
