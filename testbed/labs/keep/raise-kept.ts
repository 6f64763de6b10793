/** How a lab that can be kept is raised; the docker lab is loaded only where it is wanted. */
import type { Plan } from '../../plan/plan.ts';
import type { LiveKernelLab } from '../ground/live-kernel-lab.ts';
import type { LabName, LabOptions } from '../lab.ts';
import { raiseNetnsLab } from '../netns/netns-lab.ts';
import type { KeepableLab } from './messages.ts';

export type RaiseKept = (plan: Plan, options: LabOptions) => Promise<LiveKernelLab>;

export async function raiserOf(lab: KeepableLab): Promise<RaiseKept> {
  if (lab === 'netns') return raiseNetnsLab;
  const { raiseDockerLab } = await import('../docker/docker-lab.ts');
  return raiseDockerLab;
}

export function isKeepable(lab: LabName): lab is KeepableLab {
  return lab === 'netns' || lab === 'docker';
}
