/** A configuration of FreeRADIUS that knows the accounts, and which of them may have which group. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ropewalkType, ropewalkVendor } from '../wire/radius-attribute.ts';
import { tellingModules } from './server-telling.ts';

export interface Account {
  readonly name: string;
  readonly password: string;
  readonly groups: readonly string[];
}

export interface RadiusPlan {
  /** Its addresses, of either family. */
  readonly addresses: readonly string[];
  /** Who may ask: the switch's addresses. */
  readonly clients: readonly string[];
  readonly secret: string;
  readonly accounts: readonly Account[];
  /** Where certificates lie: `ca.pem`, `server.pem`, `server.key`. */
  readonly certificates: string;
  /** A file to which a line is added for each answer and each ticket: `readTelling` reads them. Left out: none. */
  readonly telling?: string | undefined;
}

/** What `freeradius -d FOLDER -D FOLDER` reads. */
export function writeRadiusConfiguration(folder: string, plan: RadiusPlan): void {
  mkdirSync(folder, { recursive: true });
  const write = (name: string, text: string) =>
    writeFileSync(join(folder, name), text, { mode: 0o600 });
  write('dictionary', dictionary);
  write('accounts', accountsFile(plan.accounts));
  write('groups', groupsFile(plan.accounts));
  write('radiusd.conf', configuration(folder, plan));
}

const dictionary = `$INCLUDE /usr/share/freeradius/dictionary
VENDOR Ropewalk ${ropewalkVendor}
BEGIN-VENDOR Ropewalk
ATTRIBUTE Ropewalk-Multicast-Group ${ropewalkType.multicastGroup} string
ATTRIBUTE Ropewalk-Multicast-Source ${ropewalkType.multicastSource} string
END-VENDOR Ropewalk
`;

function accountsFile(accounts: readonly Account[]): string {
  return accounts
    .map(({ name, password }) => `"${name}" Cleartext-Password := "${password}"\n`)
    .join('');
}

/** The first line that fits counts; the last one fits always. */
function groupsFile(accounts: readonly Account[]): string {
  const lines = accounts.flatMap(({ name, groups }) =>
    groups.map(
      (group) => `"${name}" Ropewalk-Multicast-Group == "${group}", Auth-Type := Accept\n`,
    ),
  );
  return `${lines.join('')}DEFAULT Auth-Type := Reject\n`;
}

function configuration(folder: string, plan: RadiusPlan): string {
  return [general(folder), clients(plan), modules(folder, plan), outer(plan), inner].join('\n');
}

function general(folder: string): string {
  return `prefix = /usr
libdir = /usr/lib/freeradius
name = radiusd
logdir = ${folder}
raddbdir = ${folder}
run_dir = ${folder}
db_dir = ${folder}
pidfile = ${folder}/radiusd.pid
max_requests = 65536
max_request_time = 30
cleanup_delay = 2
hostname_lookups = no
security {
  allow_core_dumps = no
  max_attributes = 200
  reject_delay = 0
  status_server = no
}
log {
  destination = stdout
  auth = no
}
thread pool {
  start_servers = 2
  max_servers = 4
  min_spare_servers = 1
  max_spare_servers = 4
  max_requests_per_server = 0
}
`;
}

function clients({ clients: addresses, secret }: RadiusPlan): string {
  const blocks = addresses.map(
    (address, index) => `client switch${index} {
  ${address.includes(':') ? 'ipv6addr' : 'ipaddr'} = ${address}
  secret = "${secret}"
  require_message_authenticator = no
}
`,
  );
  return blocks.join('');
}

function modules(folder: string, plan: RadiusPlan): string {
  const { certificates } = plan;
  return `modules {
  eap {
    default_eap_type = peap
    timer_expire = 60
    ignore_unknown_eap_types = no
    max_sessions = 4096
    tls-config common {
      private_key_file = ${certificates}/server.key
      certificate_file = ${certificates}/server.pem
      ca_file = ${certificates}/ca.pem
      check_cert_cn = %{User-Name}
      ecdh_curve = prime256v1
      tls_min_version = "1.2"
      tls_max_version = "1.2"
      cache {
        enable = no
      }
    }
    tls {
      tls = common
    }
    peap {
      tls = common
      default_eap_type = mschapv2
      copy_request_to_tunnel = no
      use_tunneled_reply = no
      virtual_server = inner
    }
    ttls {
      tls = common
      default_eap_type = mschapv2
      copy_request_to_tunnel = no
      use_tunneled_reply = no
      virtual_server = inner
    }
    mschapv2 {
    }
  }
  mschap {
  }
  pap {
  }
  files accounts {
    filename = ${folder}/accounts
  }
  files groups {
    filename = ${folder}/groups
  }
  detail {
    filename = ${folder}/detail
    permissions = 0600
  }
${tellingModules(plan)}}
`;
}

/** The name that a tunnel proved takes the place of the one that was shown outside of it. */
function outer({ addresses, telling }: RadiusPlan): string {
  const tell = (name: string) => (telling === undefined ? '' : name);
  const listen = (address: string, type: string, port: number) => `  listen {
    type = ${type}
    ${address.includes(':') ? 'ipv6addr' : 'ipaddr'} = ${address}
    port = ${port}
  }`;
  const ears = addresses.flatMap((address) => [
    listen(address, 'auth', 1_812),
    listen(address, 'acct', 1_813),
  ]);
  return `server outer {
${ears.join('\n')}
  authorize {
    if (&Ropewalk-Multicast-Group) {
      groups
    }
    else {
      eap {
        ok = return
      }
    }
  }
  authenticate {
    eap
  }
  post-auth {
    if (&session-state:Stripped-User-Name) {
      update reply {
        User-Name := &session-state:Stripped-User-Name
      }
    }
    elsif (&EAP-Message) {
      update reply {
        User-Name := &request:User-Name
      }
    }
    update reply {
      Message-Authenticator := 0x00
    }
    ${tell('tell_accept')}
    Post-Auth-Type REJECT {
      update reply {
        Message-Authenticator := 0x00
      }
      ${tell('tell_reject')}
    }
  }
  preacct {
  }
  accounting {
    detail
    ${tell('tell_ticket')}
  }
}
`;
}

const inner = `server inner {
  authorize {
    accounts
    eap {
      ok = return
    }
    mschap
    pap
  }
  authenticate {
    Auth-Type PAP {
      pap
    }
    Auth-Type MS-CHAP {
      mschap
    }
    eap
  }
  post-auth {
    update outer.session-state {
      Stripped-User-Name := &request:User-Name
    }
  }
}
`;
