/** From what a machine has to what each lab can do on it. */
import { type Diagnosis, type LabDiagnosis, labDiagnosis, need } from './diagnosis.ts';
import type { MachineState } from './machine-state.ts';
import { mininetNeeds } from './mininet-needs.ts';
import { bindings, diagnoseNetns, rights, tapNeed } from './netns-needs.ts';
import { asRoot, getLinux, installPackage } from './remedies.ts';

export function diagnose(state: MachineState): Diagnosis {
  return {
    labs: [diagnoseSim(state), diagnoseNetns(state), diagnoseDocker(state), diagnoseMininet(state)],
  };
}

const leastNode = 26;

function diagnoseSim({ nodeVersion }: MachineState): LabDiagnosis {
  const major = Number.parseInt(nodeVersion, 10);
  const node = need(`Node ${leastNode} or newer`, major >= leastNode, {
    found: nodeVersion,
    remedy: 'npm install, then npx ropewalk: Node comes along with the packages',
  });
  return labDiagnosis('sim', [node]);
}

function diagnoseDocker(state: MachineState): LabDiagnosis {
  const { docker } = state;
  const engine = need('a Docker engine that answers', docker === 'answers', {
    found: {
      answers: 'answers',
      refuses: 'it is there, and refuses this user',
      silent: 'none at DOCKER_HOST or /var/run/docker.sock',
    }[docker],
    remedy: dockerRemedy(state),
  });
  const linux =
    state.platform === 'linux' ? [bindings(state), rights(state), ...tapNeed(state)] : [];
  return labDiagnosis('docker', [...linux, engine]);
}

function dockerRemedy(state: MachineState): string {
  if (state.docker === 'refuses') {
    return `${asRoot} run … --lab docker: the devices of links need root as well`;
  }
  // Containers of a virtual machine cannot be reached by the hub.
  if (state.platform !== 'linux') return getLinux(state);
  return `${installPackage(state, 'docker.io')} && sudo systemctl start docker`;
}

function diagnoseMininet(state: MachineState): LabDiagnosis {
  return labDiagnosis('mininet', mininetNeeds(state));
}
