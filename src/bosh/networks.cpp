#include "bosh/networks.h"

#include <fmt/format.h>

#include <algorithm>

#include "bosh/codes.h"

namespace bosh {
namespace {

// One text, or a list of them.
std::vector<Fields::Word> one_or_more(Fields& fields, std::string_view key) {
  const yaml::Node* node = fields.find(key);
  if (node == nullptr) return {};
  if (node->as_list() != nullptr) return *fields.words(key);
  if (const auto text = fields.optional_text(key)) return {{*text, node->mark()}};
  return {};
}

class SubnetReader {
 public:
  SubnetReader(const yaml::Node& node, std::string_view network, const std::vector<Properties>& azs,
               Report& report)
      : fields_(node, fmt::format("a subnet of network \"{}\"", network), report),
        azs_(azs),
        report_(report) {}

  std::optional<Subnet> read() {
    if (!fields_.is_map()) return std::nullopt;
    auto subnet = read_range();
    if (subnet) {
      read_gateway(*subnet);
      read_dns(*subnet);
      read_reserved(*subnet);
      read_static(*subnet);
      read_zones(*subnet);
      subnet->cloud_properties = fields_.object("cloud_properties");
    }
    read_prefix();
    fields_.unsupported("name");  // both belong to networks that the Director creates
    fields_.unsupported("netmask_bits");
    if (subnet) fields_.check_spelling();
    return subnet;
  }

 private:
  std::optional<Subnet> read_range() {
    const std::string text = fields_.text("range");
    if (text.empty()) return std::nullopt;
    const auto range = net::Prefix::parse(text);
    if (!range || text.find('/') == std::string::npos || range->is_host()) {
      report_.error(fields_.mark("range"), code::kNetworkInvalidRange,
                    fmt::format("the range \"{}\" is no network of two or more addresses", text),
                    range ? "write it with its length, like 10.0.0.0/24" : range.error().what);
      return std::nullopt;
    }
    Subnet subnet{.range = *net::Prefix::from(range->network(), range->length()),
                  .gateway = std::nullopt,
                  .dns = {},
                  .reserved = {},
                  .fixed = {},
                  .unusable = {},
                  .azs = {},
                  .cloud_properties = {},
                  .mark = fields_.mark("range")};
    subnet.unusable.add({range->network(), range->network()});
    subnet.unusable.add({range->last(), range->last()});
    return subnet;
  }

  void read_gateway(Subnet& subnet) {
    const std::string text = fields_.text("gateway");
    if (text.empty()) return;
    const auto refuse = [&](std::string_view why) {
      report_.error(fields_.mark("gateway"), code::kNetworkInvalidGateway,
                    fmt::format("the gateway {} {} {}", text, why, to_string(subnet.range)));
    };
    const auto address = net::IpAddress::parse(text);
    if (!address)
      refuse("is no address within");
    else if (!subnet.range.contains(*address))
      refuse("lies outside");
    else if (*address == subnet.range.network())
      refuse("is the first address of");
    else if (*address == subnet.range.last())
      refuse("is the last address of");
    else
      subnet.gateway = *address;
    if (subnet.gateway) subnet.unusable.add({*subnet.gateway, *subnet.gateway});
  }

  void read_dns(Subnet& subnet) {
    for (const auto& word : fields_.words("dns").value_or(std::vector<Fields::Word>{})) {
      if (const auto address = net::IpAddress::parse(word.text))
        subnet.dns.push_back(*address);
      else
        report_.error(word.mark, code::kNetworkInvalidDns,
                      fmt::format("\"{}\" is no address of a DNS server", word.text),
                      "host names are not allowed here");
    }
  }

  std::optional<AddressRange> inside(const Fields::Word& word, const Subnet& subnet,
                                     const Code& code, std::string_view what) {
    const auto range = parse_range(word.text);
    if (!range) {
      report_.error(word.mark, code::kNetworkInvalidIpRangeFormat, range.error().what,
                    range.error().hint);
      return std::nullopt;
    }
    if (!subnet.range.contains(range->first) || !subnet.range.contains(range->last)) {
      report_.error(word.mark, code,
                    fmt::format("{} {} lies outside {}", what, word.text, to_string(subnet.range)));
      return std::nullopt;
    }
    return *range;
  }

  void read_reserved(Subnet& subnet) {
    for (const auto& word : one_or_more(fields_, "reserved"))
      if (const auto range = inside(word, subnet, code::kNetworkReservedIpOutOfRange, "reserved"))
        subnet.reserved.add(*range);
  }

  void read_static(Subnet& subnet) {
    for (const auto& word : one_or_more(fields_, "static")) {
      const auto range = inside(word, subnet, code::kNetworkStaticIpOutOfRange, "static");
      if (!range) continue;
      const auto overlaps = [&](const AddressSet& set) {
        return std::ranges::any_of(set.ranges(), [&](const auto& r) { return r.overlaps(*range); });
      };
      if (overlaps(subnet.reserved) || overlaps(subnet.unusable))
        report_.error(word.mark, code::kNetworkStaticIpOutOfRange,
                      fmt::format("static {} overlaps the gateway, the first or last address, or "
                                  "what is reserved",
                                  word.text));
      else
        subnet.fixed.add(*range);
    }
  }

  void read_zones(Subnet& subnet) {
    const auto az = fields_.optional_text("az");
    const auto azs = fields_.words("azs");
    if (az && azs)
      report_.error(fields_.mark("azs"), code::kNetworkInvalidProperty,
                    "a subnet has either \"az\" or \"azs\", not both");
    if (azs && azs->empty())
      report_.error(fields_.mark("azs"), code::kNetworkInvalidProperty,
                    "\"azs\" of a subnet must not be empty");
    std::vector<Fields::Word> words = azs.value_or(std::vector<Fields::Word>{});
    if (az) words.push_back({*az, fields_.mark("az")});
    for (const auto& word : words) {
      if (find(azs_, word.text) == nullptr)
        report_.error(word.mark, code::kNetworkSubnetUnknownAvailabilityZone,
                      fmt::format("the availability zone \"{}\" is not defined", word.text));
      subnet.azs.push_back(word.text);
    }
  }

  // Only whole addresses are handed out; a Director of today can hand out prefixes.
  void read_prefix() {
    const yaml::Node* prefix = fields_.find("prefix");
    if (prefix == nullptr) return;
    const auto text = prefix->scalar_text();
    if (text != "32" && text != "128") fields_.unsupported("prefix");
  }

  Fields fields_;
  const std::vector<Properties>& azs_;
  Report& report_;
};

void check_overlaps(const Network& network, Report& report) {
  for (std::size_t i = 0; i < network.subnets.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (network.subnets[i].range.overlaps(network.subnets[j].range))
        report.error(
            network.subnets[i].mark, code::kNetworkOverlappingSubnets,
            fmt::format("{} overlaps {} of the same network", to_string(network.subnets[i].range),
                        to_string(network.subnets[j].range)));
}

void check_zones(const Network& network, Report& report) {
  const auto without = std::ranges::count_if(
      network.subnets, [](const Subnet& subnet) { return subnet.azs.empty(); });
  if (without != 0 && static_cast<std::size_t>(without) != network.subnets.size())
    report.error(network.mark, code::kJobInvalidAvailabilityZone,
                 fmt::format("some subnets of network \"{}\" have an availability zone and some "
                             "have none",
                             network.name));
}

void read_dynamic(Fields& fields, Network& network, Report& report) {
  network.type = NetworkType::Dynamic;
  fields.unsupported("subnets");
  for (const std::string_view key : {"az", "azs", "managed", "prefix"})
    fields.refuse(key, code::kNetworkInvalidProperty, "is not allowed in a dynamic network");
  for (const auto& word : fields.words("dns").value_or(std::vector<Fields::Word>{})) {
    if (const auto address = net::IpAddress::parse(word.text))
      network.dns.push_back(*address);
    else
      report.error(word.mark, code::kNetworkInvalidDns,
                   fmt::format("\"{}\" is no address of a DNS server", word.text));
  }
  network.cloud_properties = fields.object("cloud_properties");
}

void read_manual(Fields& fields, Network& network, const std::vector<Properties>& azs,
                 Report& report) {
  if (fields.boolean("managed", false)) fields.unsupported("managed");
  for (const yaml::Node& subnet : fields.required_list("subnets"))
    if (auto read = SubnetReader(subnet, network.name, azs, report).read())
      network.subnets.push_back(std::move(*read));
  check_overlaps(network, report);
  check_zones(network, report);
}

Network read_network(const yaml::Node& node, const std::vector<Properties>& azs, Report& report) {
  Fields fields(node, "a network", report);
  Network network{.name = fields.text("name"),
                  .type = NetworkType::Manual,
                  .subnets = {},
                  .dns = {},
                  .cloud_properties = {},
                  .mark = fields.mark("name")};
  const std::string type = fields.optional_text("type").value_or("manual");
  if (type == "manual")
    read_manual(fields, network, azs, report);
  else if (type == "dynamic")
    read_dynamic(fields, network, report);
  else if (type == "vip")
    report.unsupported(fields.mark("type"), "a network of type vip (floating addresses)");
  else
    report.error(fields.mark("type"), code::kDeploymentInvalidNetworkType,
                 fmt::format("\"{}\" is no type of network", type),
                 "there are manual, dynamic and vip");
  fields.check_spelling({"subnets", "dns", "cloud_properties", "managed"});
  return network;
}

}  // namespace

std::vector<Network> read_networks(Fields& cloud_config, const std::vector<Properties>& azs,
                                   Report& report) {
  std::vector<Network> networks;
  std::vector<std::string> names;
  for (const yaml::Node& node : cloud_config.required_list("networks")) {
    Network network = read_network(node, azs, report);
    const std::string name = canonical(network.name);
    if (name.starts_with('-') || name.ends_with('-'))
      report.error(network.mark, code::kDnsInvalidCanonicalName,
                   fmt::format("the network name \"{}\" begins or ends with '-'", network.name));
    if (std::ranges::find(names, name) != names.end() && !network.name.empty())
      report.error(network.mark, code::kDeploymentCanonicalNetworkNameTaken,
                   fmt::format("the network name \"{}\" is taken, as \"{}\"", network.name, name));
    names.push_back(name);
    networks.push_back(std::move(network));
  }
  if (networks.empty() && cloud_config.is_map() && cloud_config.find("networks") != nullptr)
    report.error(cloud_config.mark("networks"), code::kDeploymentNoNetworks,
                 "the cloud-config has no networks");
  return networks;
}

}  // namespace bosh
