/** A repository of git in a folder of a test. */
import { mkdirSync } from 'node:fs';
import { execa } from 'execa';

export interface TestRepository {
  /** All that stands in the folder; returns its hash. */
  commit(message: string): Promise<string>;
}

export async function createRepository(folder: string): Promise<TestRepository> {
  mkdirSync(folder, { recursive: true });
  const git = (...words: string[]) => execa('git', ['-C', folder, ...words]);
  await git('init', '--quiet');
  await git('config', 'user.email', 'a@example.org');
  await git('config', 'user.name', 'A');
  return {
    commit: async (message) => {
      await git('add', '-A');
      await git('commit', '--quiet', '-m', message);
      return (await git('rev-parse', 'HEAD')).stdout;
    },
  };
}
