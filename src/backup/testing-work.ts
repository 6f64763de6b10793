/** What a peer does with the service, and whether it got what it should: one entry for each kind of work. */
import { chainSum, fileMessageBytes, filePattern } from './service.ts';
import { bytesOfStream, type PeerStream, textOfStream, type World } from './testing-world.ts';

export interface Work {
  begin(world: World, stream: PeerStream): void;
  isDone(stream: PeerStream): boolean;
  /** What came is what should have come, to the last byte. */
  isRight(stream: PeerStream): boolean;
}

const downloadBytes = 400_000;
const uploadBytes = 300_000;
const questions = 60;

function hasFile(stream: PeerStream): boolean {
  return Buffer.compare(bytesOfStream(stream), filePattern(0, downloadBytes)) === 0;
}

function uploadSum(): number {
  let sum = 0;
  for (let at = 0; at < uploadBytes; at += fileMessageBytes) {
    sum = chainSum(sum, filePattern(at, Math.min(uploadBytes, at + fileMessageBytes)));
  }
  return sum;
}

const upload: Work = {
  begin: (world, stream) => {
    world.say(stream, `PUT ${uploadBytes}\n`);
    world.write(stream, filePattern(0, uploadBytes));
  },
  isDone: (stream) => textOfStream(stream).endsWith('\n'),
  isRight: (stream) => textOfStream(stream) === `SUM ${uploadSum()}\n`,
};

const download: Work = {
  begin: (world, stream) => world.say(stream, `FILE ${downloadBytes}\n`),
  isDone: ({ receivedBytes }) => receivedBytes >= downloadBytes,
  isRight: hasFile,
};

/** Each answer brings the next question, so that a number that is lost or counted twice shows. */
const echo: Work = {
  begin: (world, stream) => {
    stream.onBytes = () => {
      const answers = textOfStream(stream).split('\n').length - 1;
      if (answers < questions) world.say(stream, 'INCR n\n');
    };
    world.say(stream, 'INCR n\n');
  },
  isDone: (stream) => textOfStream(stream).endsWith(`\n${questions}\n`),
  isRight: (stream) =>
    textOfStream(stream) === Array.from({ length: questions }, (_, n) => `${n + 1}\n`).join(''),
};

const idleNs = 400_000_000;

const idle: Work = {
  begin: (world, stream) => {
    world.say(stream, 'SET kept yes\n');
    world.at(world.nowNs + idleNs, () => world.say(stream, 'GET kept\n'));
  },
  isDone: (stream) => textOfStream(stream).includes('VALUE') && textOfStream(stream).endsWith('\n'),
  isRight: (stream) => textOfStream(stream) === 'OK\nVALUE yes\n',
};

const halfClosed: Work = {
  begin: (world, stream) => {
    world.say(stream, `FILE ${downloadBytes}\n`);
    world.end(stream);
  },
  isDone: ({ hasEnded }) => hasEnded,
  isRight: hasFile,
};

export const works: Readonly<Record<string, Work>> = {
  upload,
  download,
  echo,
  idle,
  'half-closed': halfClosed,
};
