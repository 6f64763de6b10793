/** What a FreeRADIUS says it did, a line for each answer and each ticket, in a file that we read. */

export type Telling =
  | {
      readonly kind: 'answered';
      readonly answer: 'access-accept' | 'access-reject';
      readonly account: string;
      readonly group: string;
    }
  | {
      readonly kind: 'accounted';
      readonly status: string;
      readonly account: string;
      readonly group: string;
      readonly seconds: number;
    };

const statuses: Readonly<Record<string, string>> = {
  Start: 'start',
  Stop: 'stop',
  'Interim-Update': 'interim',
};

const account = '%{%{reply:User-Name}:-%{User-Name}}';
const group = '%{Ropewalk-Multicast-Group}';

/** Of rlm_linelog, each under the name by which the server's policy calls it. Empty: nothing is told. */
export function tellingModules({ telling }: { readonly telling?: string | undefined }): string {
  if (telling === undefined) return '';
  const ticket = `%{Acct-Status-Type}|%{User-Name}|${group}|%{%{Acct-Session-Time}:-0}`;
  const formats = {
    tell_accept: `answered|access-accept|${account}|${group}`,
    tell_reject: `answered|access-reject|%{User-Name}|${group}`,
    tell_ticket: `accounted|${ticket}`,
  };
  return Object.entries(formats)
    .map(
      ([name, format]) => `  linelog ${name} {
    filename = ${telling}
    permissions = 0600
    format = "${format}"
  }
`,
    )
    .join('');
}

/** Undefined: a line that is none of these. */
export function readTelling(line: string): Telling | undefined {
  const [kind, first = '', name = '', about = '', seconds = '0'] = line.split('|');
  if (kind === 'accounted') {
    const status = statuses[first] ?? first.toLowerCase();
    return { kind, status, account: name, group: about, seconds: Number(seconds) };
  }
  if (kind !== 'answered' || (first !== 'access-accept' && first !== 'access-reject'))
    return undefined;
  return { kind, answer: first, account: name, group: about };
}
