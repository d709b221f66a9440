#include "cloud/model/record_json.h"

#include <fmt/format.h>

#include <tuple>
#include <utility>

namespace cloud::model {

namespace {

template <typename Record, typename Member>
struct Field {
  const char* name;
  Member Record::*member;
};
template <typename Record, typename Member>
constexpr Field<Record, Member> field(const char* name, Member Record::*member) {
  return {name, member};
}

// One table a record drives both directions.
template <typename Record>
struct Fields;

// The name of the member is the name in the document.
#define HOLDFAST_FIELD(member) field(#member, &Record::member)

template <>
struct Fields<Project> {
  using Record = Project;
  static constexpr auto kAll =
      std::tuple(HOLDFAST_FIELD(id), HOLDFAST_FIELD(name), HOLDFAST_FIELD(description));
};
template <>
struct Fields<Grant> {
  using Record = Grant;
  static constexpr auto kAll = std::tuple(HOLDFAST_FIELD(project_id), HOLDFAST_FIELD(roles));
};
template <>
struct Fields<User> {
  using Record = User;
  static constexpr auto kAll = std::tuple(HOLDFAST_FIELD(id), HOLDFAST_FIELD(name),
                                          HOLDFAST_FIELD(password), HOLDFAST_FIELD(grants));
};
template <>
struct Fields<ApplicationCredential> {
  using Record = ApplicationCredential;
  static constexpr auto kAll =
      std::tuple(HOLDFAST_FIELD(id), HOLDFAST_FIELD(name), HOLDFAST_FIELD(description),
                 HOLDFAST_FIELD(user_id), HOLDFAST_FIELD(project_id), HOLDFAST_FIELD(secret),
                 HOLDFAST_FIELD(roles), HOLDFAST_FIELD(expires_at));
};
template <>
struct Fields<Token> {
  using Record = Token;
  static constexpr auto kAll =
      std::tuple(HOLDFAST_FIELD(id), HOLDFAST_FIELD(user_id), HOLDFAST_FIELD(project_id),
                 HOLDFAST_FIELD(application_credential_id), HOLDFAST_FIELD(methods),
                 HOLDFAST_FIELD(audit_id), HOLDFAST_FIELD(issued_at), HOLDFAST_FIELD(expires_at));
};
template <>
struct Fields<Network> {
  using Record = Network;
  static constexpr auto kAll = std::tuple(
      HOLDFAST_FIELD(id), HOLDFAST_FIELD(project_id), HOLDFAST_FIELD(name),
      HOLDFAST_FIELD(description), HOLDFAST_FIELD(tags), HOLDFAST_FIELD(created_at),
      HOLDFAST_FIELD(updated_at), HOLDFAST_FIELD(revision_number), HOLDFAST_FIELD(admin_state_up),
      HOLDFAST_FIELD(shared), HOLDFAST_FIELD(port_security_enabled), HOLDFAST_FIELD(mtu));
};
template <>
struct Fields<AddressRange> {
  using Record = AddressRange;
  static constexpr auto kAll = std::tuple(HOLDFAST_FIELD(first), HOLDFAST_FIELD(last));
};
template <>
struct Fields<HostRoute> {
  using Record = HostRoute;
  static constexpr auto kAll = std::tuple(HOLDFAST_FIELD(destination), HOLDFAST_FIELD(nexthop));
};
template <>
struct Fields<Subnet> {
  using Record = Subnet;
  static constexpr auto kAll = std::tuple(
      HOLDFAST_FIELD(id), HOLDFAST_FIELD(project_id), HOLDFAST_FIELD(name),
      HOLDFAST_FIELD(description), HOLDFAST_FIELD(tags), HOLDFAST_FIELD(created_at),
      HOLDFAST_FIELD(updated_at), HOLDFAST_FIELD(revision_number), HOLDFAST_FIELD(network_id),
      HOLDFAST_FIELD(cidr), HOLDFAST_FIELD(gateway_ip), HOLDFAST_FIELD(allocation_pools),
      HOLDFAST_FIELD(dns_nameservers), HOLDFAST_FIELD(host_routes), HOLDFAST_FIELD(enable_dhcp));
};
template <>
struct Fields<FixedIp> {
  using Record = FixedIp;
  static constexpr auto kAll = std::tuple(HOLDFAST_FIELD(subnet_id), HOLDFAST_FIELD(address));
};
template <>
struct Fields<AddressPair> {
  using Record = AddressPair;
  static constexpr auto kAll = std::tuple(HOLDFAST_FIELD(ip_address), HOLDFAST_FIELD(mac_address));
};
template <>
struct Fields<Port> {
  using Record = Port;
  static constexpr auto kAll = std::tuple(
      HOLDFAST_FIELD(id), HOLDFAST_FIELD(project_id), HOLDFAST_FIELD(name),
      HOLDFAST_FIELD(description), HOLDFAST_FIELD(tags), HOLDFAST_FIELD(created_at),
      HOLDFAST_FIELD(updated_at), HOLDFAST_FIELD(revision_number), HOLDFAST_FIELD(network_id),
      HOLDFAST_FIELD(mac_address), HOLDFAST_FIELD(fixed_ips), HOLDFAST_FIELD(allowed_address_pairs),
      HOLDFAST_FIELD(security_group_ids), HOLDFAST_FIELD(device_id), HOLDFAST_FIELD(device_owner),
      HOLDFAST_FIELD(status), HOLDFAST_FIELD(admin_state_up), HOLDFAST_FIELD(port_security_enabled),
      HOLDFAST_FIELD(binding_host_id), HOLDFAST_FIELD(binding_vnic_type), HOLDFAST_FIELD(dns_name),
      HOLDFAST_FIELD(is_owned_by_server));
};
template <>
struct Fields<SecurityGroup> {
  using Record = SecurityGroup;
  static constexpr auto kAll =
      std::tuple(HOLDFAST_FIELD(id), HOLDFAST_FIELD(project_id), HOLDFAST_FIELD(name),
                 HOLDFAST_FIELD(description), HOLDFAST_FIELD(tags), HOLDFAST_FIELD(created_at),
                 HOLDFAST_FIELD(updated_at), HOLDFAST_FIELD(revision_number));
};
template <>
struct Fields<SecurityGroupRule> {
  using Record = SecurityGroupRule;
  static constexpr auto kAll = std::tuple(
      HOLDFAST_FIELD(id), HOLDFAST_FIELD(project_id), HOLDFAST_FIELD(description),
      HOLDFAST_FIELD(created_at), HOLDFAST_FIELD(updated_at), HOLDFAST_FIELD(revision_number),
      HOLDFAST_FIELD(security_group_id), HOLDFAST_FIELD(direction), HOLDFAST_FIELD(ethertype),
      HOLDFAST_FIELD(protocol), HOLDFAST_FIELD(port_range_min), HOLDFAST_FIELD(port_range_max),
      HOLDFAST_FIELD(remote_ip_prefix), HOLDFAST_FIELD(remote_group_id));
};
template <>
struct Fields<Flavor> {
  using Record = Flavor;
  static constexpr auto kAll = std::tuple(
      HOLDFAST_FIELD(id), HOLDFAST_FIELD(name), HOLDFAST_FIELD(description), HOLDFAST_FIELD(vcpus),
      HOLDFAST_FIELD(ram), HOLDFAST_FIELD(disk), HOLDFAST_FIELD(ephemeral), HOLDFAST_FIELD(swap),
      HOLDFAST_FIELD(is_public), HOLDFAST_FIELD(extra_specs));
};
template <>
struct Fields<Keypair> {
  using Record = Keypair;
  static constexpr auto kAll = std::tuple(
      HOLDFAST_FIELD(id), HOLDFAST_FIELD(user_id), HOLDFAST_FIELD(name), HOLDFAST_FIELD(type),
      HOLDFAST_FIELD(public_key), HOLDFAST_FIELD(fingerprint), HOLDFAST_FIELD(created_at));
};
template <>
struct Fields<Fault> {
  using Record = Fault;
  static constexpr auto kAll = std::tuple(HOLDFAST_FIELD(code), HOLDFAST_FIELD(message),
                                          HOLDFAST_FIELD(details), HOLDFAST_FIELD(created));
};
template <>
struct Fields<Server> {
  using Record = Server;
  static constexpr auto kAll = std::tuple(
      HOLDFAST_FIELD(id), HOLDFAST_FIELD(project_id), HOLDFAST_FIELD(user_id), HOLDFAST_FIELD(name),
      HOLDFAST_FIELD(description), HOLDFAST_FIELD(tags), HOLDFAST_FIELD(created_at),
      HOLDFAST_FIELD(updated_at), HOLDFAST_FIELD(launched_at), HOLDFAST_FIELD(status),
      HOLDFAST_FIELD(task_state), HOLDFAST_FIELD(flavor_id), HOLDFAST_FIELD(image_id),
      HOLDFAST_FIELD(key_name), HOLDFAST_FIELD(availability_zone), HOLDFAST_FIELD(user_data),
      HOLDFAST_FIELD(config_drive), HOLDFAST_FIELD(hostname), HOLDFAST_FIELD(root_device_name),
      HOLDFAST_FIELD(metadata), HOLDFAST_FIELD(port_ids), HOLDFAST_FIELD(security_group_names),
      HOLDFAST_FIELD(server_group_id), HOLDFAST_FIELD(fault), HOLDFAST_FIELD(locked));
};
template <>
struct Fields<ServerGroup> {
  using Record = ServerGroup;
  static constexpr auto kAll =
      std::tuple(HOLDFAST_FIELD(id), HOLDFAST_FIELD(project_id), HOLDFAST_FIELD(user_id),
                 HOLDFAST_FIELD(name), HOLDFAST_FIELD(policy), HOLDFAST_FIELD(server_ids));
};
template <>
struct Fields<VolumeAttachment> {
  using Record = VolumeAttachment;
  static constexpr auto kAll =
      std::tuple(HOLDFAST_FIELD(id), HOLDFAST_FIELD(server_id), HOLDFAST_FIELD(device),
                 HOLDFAST_FIELD(attached_at), HOLDFAST_FIELD(delete_on_termination));
};
template <>
struct Fields<Volume> {
  using Record = Volume;
  static constexpr auto kAll = std::tuple(
      HOLDFAST_FIELD(id), HOLDFAST_FIELD(project_id), HOLDFAST_FIELD(user_id), HOLDFAST_FIELD(name),
      HOLDFAST_FIELD(description), HOLDFAST_FIELD(created_at), HOLDFAST_FIELD(updated_at),
      HOLDFAST_FIELD(size), HOLDFAST_FIELD(status), HOLDFAST_FIELD(volume_type),
      HOLDFAST_FIELD(availability_zone), HOLDFAST_FIELD(snapshot_id), HOLDFAST_FIELD(source_volume),
      HOLDFAST_FIELD(image_id), HOLDFAST_FIELD(metadata), HOLDFAST_FIELD(attachments));
};
template <>
struct Fields<VolumeType> {
  using Record = VolumeType;
  static constexpr auto kAll = std::tuple(HOLDFAST_FIELD(id), HOLDFAST_FIELD(name),
                                          HOLDFAST_FIELD(description), HOLDFAST_FIELD(is_public));
};
template <>
struct Fields<VolumeSnapshot> {
  using Record = VolumeSnapshot;
  static constexpr auto kAll =
      std::tuple(HOLDFAST_FIELD(id), HOLDFAST_FIELD(project_id), HOLDFAST_FIELD(user_id),
                 HOLDFAST_FIELD(name), HOLDFAST_FIELD(description), HOLDFAST_FIELD(created_at),
                 HOLDFAST_FIELD(updated_at), HOLDFAST_FIELD(volume_id), HOLDFAST_FIELD(size),
                 HOLDFAST_FIELD(status), HOLDFAST_FIELD(metadata));
};
template <>
struct Fields<Image> {
  using Record = Image;
  static constexpr auto kAll = std::tuple(
      HOLDFAST_FIELD(id), HOLDFAST_FIELD(project_id), HOLDFAST_FIELD(name), HOLDFAST_FIELD(tags),
      HOLDFAST_FIELD(created_at), HOLDFAST_FIELD(updated_at), HOLDFAST_FIELD(status),
      HOLDFAST_FIELD(visibility), HOLDFAST_FIELD(disk_format), HOLDFAST_FIELD(container_format),
      HOLDFAST_FIELD(min_disk), HOLDFAST_FIELD(min_ram), HOLDFAST_FIELD(is_protected),
      HOLDFAST_FIELD(os_hidden), HOLDFAST_FIELD(size), HOLDFAST_FIELD(checksum),
      HOLDFAST_FIELD(sha512), HOLDFAST_FIELD(properties));
};
#undef HOLDFAST_FIELD

json::Value write(bool value) {
  return value;
}
json::Value write(std::int64_t value) {
  return value;
}
json::Value write(const std::string& value) {
  return value;
}
json::Value write(const json::Object& value) {
  return value;
}
json::Value write(const net::IpAddress& value) {
  return net::to_string(value);
}
json::Value write(const net::Prefix& value) {
  return net::to_string(value);
}
json::Value write(const net::MacAddress& value) {
  return net::to_string(value);
}
template <typename Record>
requires requires {
  Fields<Record>::kAll;
}
json::Value write(const Record& record);
template <typename T>
json::Value write(const std::optional<T>& value) {
  return value ? write(*value) : json::Value();
}
template <typename T>
json::Value write(const std::vector<T>& values) {
  json::Array array;
  for (const T& value : values) array.push_back(write(value));
  return array;
}
json::Value write(const std::map<std::string, std::string>& values) {
  json::Object object;
  for (const auto& [key, value] : values) object.set(key, value);
  return object;
}
template <typename Record>
requires requires {
  Fields<Record>::kAll;
}
json::Value write(const Record& record) {
  json::Object object;
  std::apply([&](const auto&... each) { (object.set(each.name, write(record.*each.member)), ...); },
             Fields<Record>::kAll);
  return object;
}

// Each read() is false when the document has another type there.
bool read(const json::Value& from, bool& to) {
  if (from.as_bool() == nullptr) return false;
  to = *from.as_bool();
  return true;
}
bool read(const json::Value& from, std::int64_t& to) {
  const auto value = from.as_integer();
  if (value) to = *value;
  return value.has_value();
}
bool read(const json::Value& from, std::string& to) {
  if (from.as_string() == nullptr) return false;
  to = *from.as_string();
  return true;
}
bool read(const json::Value& from, json::Object& to) {
  if (from.as_object() == nullptr) return false;
  to = *from.as_object();
  return true;
}
template <typename T>
requires requires {
  T::parse(std::string_view());
}
bool read(const json::Value& from, T& to) {
  if (from.as_string() == nullptr) return false;
  auto value = T::parse(*from.as_string());
  if (value) to = *value;
  return value.has_value();
}
template <typename Record>
requires requires {
  Fields<Record>::kAll;
}
bool read(const json::Value& from, Record& to);
// To be read into; an address has no empty value.
template <typename T>
T blank() {
  if constexpr (std::is_same_v<T, net::IpAddress>)
    return net::IpAddress::v4(0);
  else
    return T{};
}
template <typename T>
bool read(const json::Value& from, std::optional<T>& to) {
  to.reset();
  if (from.is_null()) return true;
  T value = blank<T>();
  if (!read(from, value)) return false;
  to = std::move(value);
  return true;
}
template <typename T>
bool read(const json::Value& from, std::vector<T>& to) {
  if (from.as_array() == nullptr) return false;
  for (const json::Value& element : *from.as_array()) {
    T value = blank<T>();
    if (!read(element, value)) return false;
    to.push_back(std::move(value));
  }
  return true;
}
bool read(const json::Value& from, std::map<std::string, std::string>& to) {
  if (from.as_object() == nullptr) return false;
  for (const auto& [key, value] : *from.as_object()) {
    if (value.as_string() == nullptr) return false;
    to[key] = *value.as_string();
  }
  return true;
}
template <typename Record>
requires requires {
  Fields<Record>::kAll;
}
bool read(const json::Value& from, Record& to) {
  const json::Object* object = from.as_object();
  if (object == nullptr) return false;
  const auto read_one = [&](const auto& each) {
    const json::Value* value = object->find(each.name);
    return value == nullptr || read(*value, to.*each.member);
  };
  return std::apply([&](const auto&... each) { return (read_one(each) && ...); },
                    Fields<Record>::kAll);
}

}  // namespace

template <typename Record>
json::Value to_json(const Record& record) {
  return write(record);
}

template <typename Record>
base::Result<Record> from_json(const json::Value& document) {
  Record record;
  if (!read(document, record))
    return base::fail(base::Kind::Invalid, "the stored document does not have the expected shape");
  return record;
}

#define HOLDFAST_RECORD(Record)                \
  template json::Value to_json(const Record&); \
  template base::Result<Record> from_json(const json::Value&)
HOLDFAST_RECORD(Project);
HOLDFAST_RECORD(User);
HOLDFAST_RECORD(ApplicationCredential);
HOLDFAST_RECORD(Token);
HOLDFAST_RECORD(Network);
HOLDFAST_RECORD(Subnet);
HOLDFAST_RECORD(Port);
HOLDFAST_RECORD(SecurityGroup);
HOLDFAST_RECORD(SecurityGroupRule);
HOLDFAST_RECORD(Flavor);
HOLDFAST_RECORD(Keypair);
HOLDFAST_RECORD(Server);
HOLDFAST_RECORD(ServerGroup);
HOLDFAST_RECORD(Image);
HOLDFAST_RECORD(Volume);
HOLDFAST_RECORD(VolumeType);
HOLDFAST_RECORD(VolumeSnapshot);
#undef HOLDFAST_RECORD

}  // namespace cloud::model
