/** What virtual time can't do: run a kernel, or a program that isn't ours. */
import { builtInPrograms } from '../../../src/programs/catalog.ts';
import type { Plan, PlannedProgram } from '../../plan/plan.ts';
import type { Lack } from '../lab.ts';

const realLabs = 'the netns, docker and mininet labs run it: add --lab netns';

export function lacksOf(plan: Plan): readonly Lack[] {
  return [
    ...plan.programs.flatMap(programLacks),
    ...plan.links.flatMap(linkLacks),
    ...plan.nodes.flatMap(nodeLacks),
  ];
}

function programLacks(program: PlannedProgram): Lack[] {
  if (typeof program.run !== 'string') {
    return [
      {
        what: `${program.id} runs ${program.run.join(' ')}, a program of its own`,
        remedy: realLabs,
      },
    ];
  }
  if (program.run.endsWith('-over-kernel')) {
    return [{ what: `${program.id} runs on a kernel's TCP, which sim hasn't`, remedy: realLabs }];
  }
  if (program.run.endsWith('-over-kernel-mptcp')) {
    return [{ what: `${program.id} runs on a kernel's MPTCP, which sim hasn't`, remedy: realLabs }];
  }
  if (program.run in builtInPrograms) return [];
  return [{ what: `${program.id} runs ${program.run}, which sim hasn't`, remedy: realLabs }];
}

function nodeLacks({ name, kind }: Plan['nodes'][number]): Lack[] {
  if (kind !== 'hardware') return [];
  const remedy = 'the netns lab takes it in: sudo, and --lab netns';
  return [{ what: `${name} is a real machine, and sim has none`, remedy }];
}

function linkLacks(link: Plan['links'][number]): Lack[] {
  if (link.engine !== 'kernel') return [];
  return [{ what: `link ${link.name} asks for the kernel's engine`, remedy: realLabs }];
}
