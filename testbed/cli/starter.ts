/** What `init` writes: the smallest scenario that shows links, a NAT box, an event and a verdict. */

export const starterTopology = `# yaml-language-server: $schema=../schema/topology.schema.json
nodes:
  phone:  { kind: terminal }
  home:   { kind: nat, inside: [wifi], nat: home-router }
  server: { kind: host }
links:
  wifi: { between: [phone, home], rate: 50 Mbit/s, delay: 5 ms, jitter: 1 ms }
  dsl:
    between: [home, server]
    rate: 16 Mbit/s
    delay: 10 ms
    toward: { server: { rate: 2 Mbit/s } }    # a direction may differ
`;

export const starterScenario = `# yaml-language-server: $schema=../schema/scenario.schema.json
scenario: hello
about: A phone downloads through its home router while the Wi-Fi becomes slow for a moment.
topology: ../topologies/home.yaml
seed: 1
repeat: 7
limit: 30 s
traffic:
  download: { run: stream, from: server, to: phone, opened-by: phone, rate: 8 Mbit/s, bytes: 4 MiB }
  ping:     { run: request-response, from: phone, to: server, count: 30, interval: 100 ms }
events:
  slow: { after: download.bytes >= 1 MiB, link: wifi, set: { delay: 40 ms }, for: 500 ms }
measure:
  round-trip: { what: rtt, of: ping }
  speed:      { what: goodput, of: download }
expect:
  nothing-lost:
    that: download.lost == 0
  quick:
    that: round-trip <= rtt(phone, server) + 10 ms
    because: one slow moment does not move the median
  possible:
    that: speed <= rate(dsl toward home)
    kind: ceiling                             # more is impossible: invalid, not pass
`;
