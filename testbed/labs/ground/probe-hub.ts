/** Before each run: whether the hub carries links like the run's on time, right now. */
import type { Plan } from '../../plan/plan.ts';
import { bareDirection, describeLink, linkSettingsOf } from '../calibration/link-setting.ts';
import type { Hub } from '../hub/hub.ts';

const lastsNs = 200_000_000;
const queueFrames = 100;
/** Of many kinds of links the first few stand for all: one hub carries them. */
const mostKinds = 8;

/** Programs begin meanwhile: who lets time pass waits for it, and who does not is not held up. */
export function probeHub(hub: Hub, plan: Plan): Promise<void> {
  const settings = linkSettingsOf([plan]).filter(({ engine }) => engine === 'model');
  const links = settings.slice(0, mostKinds).map((setting) => ({
    label: describeLink(setting),
    settings: bareDirection(setting, queueFrames),
  }));
  const probed = links.length === 0 ? Promise.resolve() : hub.probe(links, lastsNs);
  // A hub that fails tells the lab as well.
  probed.catch(() => {});
  return probed;
}
