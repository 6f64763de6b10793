/** What the docker lab says where an engine, or an image for its nodes, can't be had. */
export const dockerErrorCodes = {
  'container-not-started': 'The engine refused to start a node; its words are shown: exit 5.',
  'container-taken': 'A new run found a container that has the name of one of its own.',
  'engine-elsewhere':
    'The engine runs its containers on another machine, or in a virtual one, where no link can be: exit 5.',
  'engine-not-started':
    '`make docker-engine` could not start a Docker engine; its words are shown.',
  'no-dockerd': '`make docker-engine` found no Docker engine to start: exit 5.',
  'no-engine': 'No Docker engine answers, or it refuses this user: exit 5.',
  'no-node-image': 'No image for nodes can be pulled, built or laid out with debootstrap: exit 5.',
} as const satisfies Readonly<Record<string, string>>;
