/** What a container does while its node has nothing to do: it waits, and buries whoever is left to it. */
export const idleCommand = 'sleep infinity';

export const idleArgv = ['/bin/sh', '-c', `trap "exit 0" TERM; ${idleCommand} & wait`];
