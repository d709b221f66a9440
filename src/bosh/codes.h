// The Director's errors that the checks here can give; names and numbers as in its errors.rb.
#pragma once

#include "bosh/report.h"

namespace bosh::code {

inline constexpr Code kValidationInvalidType{"ValidationInvalidType", 40000};
inline constexpr Code kValidationMissingField{"ValidationMissingField", 40001};
inline constexpr Code kValidationViolatedMin{"ValidationViolatedMin", 40002};
inline constexpr Code kValidationInvalidValue{"ValidationInvalidValue", 40005};
inline constexpr Code kStemcellNotFound{"StemcellNotFound", 50003};
inline constexpr Code kStemcellAliasAlreadyExists{"StemcellAliasAlreadyExists", 50005};
inline constexpr Code kCompilationConfigUnknownNetwork{"CompilationConfigUnknownNetwork", 120001};
inline constexpr Code kCompilationConfigInvalidAvailabilityZone{
    "CompilationConfigInvalidAvailabilityZone", 120002};
inline constexpr Code kCompilationConfigInvalidVmType{"CompilationConfigInvalidVmType", 120003};
inline constexpr Code kCompilationConfigInvalidVmExtension{"CompilationConfigInvalidVmExtension",
                                                           120005};
inline constexpr Code kNetworkReservationAlreadyInUse{"NetworkReservationAlreadyInUse", 130008};
inline constexpr Code kNetworkReservationNotEnoughCapacity{"NetworkReservationNotEnoughCapacity",
                                                           130011};
inline constexpr Code kNetworkReservationIpOutsideSubnet{"NetworkReservationIpOutsideSubnet",
                                                         130012};
inline constexpr Code kNetworkReservationIpReserved{"NetworkReservationIpReserved", 130013};
inline constexpr Code kInstanceGroupUnknownRelease{"InstanceGroupUnknownRelease", 140002};
inline constexpr Code kInstanceGroupUnknownVmType{"InstanceGroupUnknownVmType", 140004};
inline constexpr Code kInstanceGroupUnknownStemcell{"InstanceGroupUnknownStemcell", 140005};
inline constexpr Code kJobMissingNetwork{"JobMissingNetwork", 140009};
inline constexpr Code kInstanceGroupInvalidJobs{"InstanceGroupInvalidJobs", 140010};
inline constexpr Code kJobInvalidLifecycle{"JobInvalidLifecycle", 140011};
inline constexpr Code kJobInvalidAvailabilityZone{"JobInvalidAvailabilityZone", 140016};
inline constexpr Code kJobMissingAvailabilityZones{"JobMissingAvailabilityZones", 140017};
inline constexpr Code kJobUnknownAvailabilityZone{"JobUnknownAvailabilityZone", 140018};
inline constexpr Code kInstanceGroupBadVmConfiguration{"InstanceGroupBadVmConfiguration", 140022};
inline constexpr Code kV1DeprecatedJob{"V1DeprecatedJob", 140023};
inline constexpr Code kV1DeprecatedTemplate{"", 140024};
inline constexpr Code kV1DeprecatedResourcePool{"", 140025};
inline constexpr Code kV1DeprecatedNetworks{"V1DeprecatedNetworks", 140026};
inline constexpr Code kV1DeprecatedDiskPools{"", 140027};
inline constexpr Code kV1DeprecatedResourcePools{"", 140028};
inline constexpr Code kJobUnknownNetwork{"JobUnknownNetwork", 150001};
inline constexpr Code kInstanceGroupNetworkInstanceIpMismatch{
    "InstanceGroupNetworkInstanceIpMismatch", 150002};
inline constexpr Code kJobNetworkInvalidDefault{"JobNetworkInvalidDefault", 150003};
inline constexpr Code kJobNetworkMultipleDefaults{"JobNetworkMultipleDefaults", 150004};
inline constexpr Code kJobNetworkMissingDefault{"JobNetworkMissingDefault", 150005};
inline constexpr Code kJobNetworkMissingRequiredAvailabilityZone{
    "JobNetworkMissingRequiredAvailabilityZone", 150006};
inline constexpr Code kJobStaticIpsFromInvalidAvailabilityZone{
    "JobStaticIpsFromInvalidAvailabilityZone", 150007};
inline constexpr Code kJobStaticIPNotSupportedOnDynamicNetwork{
    "JobStaticIPNotSupportedOnDynamicNetwork", 150008};
inline constexpr Code kJobInvalidStaticIPs{"JobInvalidStaticIPs", 150009};
inline constexpr Code kNetworkOverlappingSubnets{"NetworkOverlappingSubnets", 160001};
inline constexpr Code kNetworkInvalidRange{"NetworkInvalidRange", 160002};
inline constexpr Code kNetworkInvalidGateway{"NetworkInvalidGateway", 160003};
inline constexpr Code kNetworkInvalidDns{"NetworkInvalidDns", 160004};
inline constexpr Code kNetworkReservedIpOutOfRange{"NetworkReservedIpOutOfRange", 160005};
inline constexpr Code kNetworkStaticIpOutOfRange{"NetworkStaticIpOutOfRange", 160006};
inline constexpr Code kNetworkSubnetUnknownAvailabilityZone{"NetworkSubnetUnknownAvailabilityZone",
                                                            160007};
inline constexpr Code kNetworkInvalidProperty{"NetworkInvalidProperty", 160008};
inline constexpr Code kNetworkInvalidIpRangeFormat{"NetworkInvalidIpRangeFormat", 160010};
inline constexpr Code kUpdateConfigInvalidWatchTime{"UpdateConfigInvalidWatchTime", 180001};
inline constexpr Code kDeploymentAmbiguousReleaseSpec{"DeploymentAmbiguousReleaseSpec", 190001};
inline constexpr Code kDeploymentDuplicateReleaseName{"DeploymentDuplicateReleaseName", 190002};
inline constexpr Code kDeploymentDuplicateVmTypeName{"DeploymentDuplicateVmTypeName", 190004};
inline constexpr Code kDeploymentDuplicateVmExtensionName{"DeploymentDuplicateVmExtensionName",
                                                          190005};
inline constexpr Code kDeploymentCanonicalJobNameTaken{"DeploymentCanonicalJobNameTaken", 190006};
inline constexpr Code kDeploymentCanonicalNetworkNameTaken{"DeploymentCanonicalNetworkNameTaken",
                                                           190007};
inline constexpr Code kDeploymentNoNetworks{"DeploymentNoNetworks", 190008};
inline constexpr Code kDeploymentInvalidNetworkType{"DeploymentInvalidNetworkType", 190010};
inline constexpr Code kDeploymentDuplicateDiskTypeName{"DeploymentDuplicateDiskTypeName", 190013};
inline constexpr Code kDeploymentInvalidProperty{"DeploymentInvalidProperty", 190014};
inline constexpr Code kDeploymentDuplicateAvailabilityZoneName{
    "DeploymentDuplicateAvailabilityZoneName", 190017};
inline constexpr Code kDeploymentInvalidResourceSpecification{
    "DeploymentInvalidResourceSpecification", 190019};
inline constexpr Code kDiskTypeInvalidDiskSize{"DiskTypeInvalidDiskSize", 200001};
inline constexpr Code kDnsInvalidCanonicalName{"DnsInvalidCanonicalName", 420001};
inline constexpr Code kBadManifest{"BadManifest", 440001};
inline constexpr Code kVariablesInvalidFormat{"VariablesInvalidFormat", 560000};

}  // namespace bosh::code
