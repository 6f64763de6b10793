// The anchor of the simulator's bench: ns-3 forwards the same UDP packets along the same chain.
// Usage: ns3-chain NODES PACKETS; prints hops, seconds of processor time, hops a second.
#include <cstdlib>
#include <ctime>
#include <iostream>
#include "ns3/applications-module.h"
#include "ns3/core-module.h"
#include "ns3/internet-module.h"
#include "ns3/network-module.h"
#include "ns3/point-to-point-module.h"

using namespace ns3;

static uint64_t received = 0;
static void CountReceived(Ptr<const Packet>, const Address&) { received++; }

int main(int argc, char* argv[]) {
  const uint32_t nodeCount = argc > 1 ? std::atoi(argv[1]) : 10;
  const uint32_t packetCount = argc > 2 ? std::atoi(argv[2]) : 100000;
  NodeContainer nodes;
  nodes.Create(nodeCount);
  InternetStackHelper().Install(nodes);
  PointToPointHelper link;
  link.SetDeviceAttribute("DataRate", StringValue("1Gbps"));
  link.SetChannelAttribute("Delay", StringValue("1ms"));
  Ipv4AddressHelper addresses("10.0.0.0", "255.255.255.252");
  Ipv4InterfaceContainer last;
  for (uint32_t i = 0; i + 1 < nodeCount; i++) {
    last = addresses.Assign(link.Install(nodes.Get(i), nodes.Get(i + 1)));
    addresses.NewNetwork();
  }
  Ipv4GlobalRoutingHelper::PopulateRoutingTables();

  PacketSinkHelper sink("ns3::UdpSocketFactory", InetSocketAddress(Ipv4Address::GetAny(), 9));
  ApplicationContainer sinks = sink.Install(nodes.Get(nodeCount - 1));
  sinks.Get(0)->TraceConnectWithoutContext("Rx", MakeCallback(&CountReceived));
  UdpClientHelper client(last.GetAddress(1), 9);
  client.SetAttribute("MaxPackets", UintegerValue(packetCount));
  client.SetAttribute("Interval", TimeValue(MicroSeconds(100)));
  client.SetAttribute("PacketSize", UintegerValue(1000));
  client.Install(nodes.Get(0)).Start(Seconds(0.1));

  const std::clock_t begun = std::clock();
  Simulator::Stop(Seconds(1 + packetCount / 10000.0));
  Simulator::Run();
  const double seconds = static_cast<double>(std::clock() - begun) / CLOCKS_PER_SEC;
  const uint64_t hops = received * (nodeCount - 1);
  std::cout << "{\"hops\":" << hops << ",\"seconds\":" << seconds
            << ",\"hopsPerSecond\":" << static_cast<uint64_t>(hops / seconds) << "}\n";
  Simulator::Destroy();
  return 0;
}
