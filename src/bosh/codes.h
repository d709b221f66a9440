// The Director's errors that the checks here can give; names and numbers as in its errors.rb.
#pragma once

#include "bosh/report.h"

namespace bosh::code {

inline constexpr Code ValidationInvalidType{"ValidationInvalidType", 40000};
inline constexpr Code ValidationMissingField{"ValidationMissingField", 40001};
inline constexpr Code ValidationViolatedMin{"ValidationViolatedMin", 40002};
inline constexpr Code ValidationInvalidValue{"ValidationInvalidValue", 40005};
inline constexpr Code StemcellNotFound{"StemcellNotFound", 50003};
inline constexpr Code StemcellAliasAlreadyExists{"StemcellAliasAlreadyExists", 50005};
inline constexpr Code CompilationConfigUnknownNetwork{"CompilationConfigUnknownNetwork", 120001};
inline constexpr Code CompilationConfigInvalidAvailabilityZone{
    "CompilationConfigInvalidAvailabilityZone", 120002};
inline constexpr Code CompilationConfigInvalidVmType{"CompilationConfigInvalidVmType", 120003};
inline constexpr Code CompilationConfigInvalidVmExtension{"CompilationConfigInvalidVmExtension",
                                                          120005};
inline constexpr Code NetworkReservationAlreadyInUse{"NetworkReservationAlreadyInUse", 130008};
inline constexpr Code NetworkReservationNotEnoughCapacity{"NetworkReservationNotEnoughCapacity",
                                                          130011};
inline constexpr Code NetworkReservationIpOutsideSubnet{"NetworkReservationIpOutsideSubnet",
                                                        130012};
inline constexpr Code NetworkReservationIpReserved{"NetworkReservationIpReserved", 130013};
inline constexpr Code InstanceGroupUnknownRelease{"InstanceGroupUnknownRelease", 140002};
inline constexpr Code InstanceGroupUnknownVmType{"InstanceGroupUnknownVmType", 140004};
inline constexpr Code InstanceGroupUnknownStemcell{"InstanceGroupUnknownStemcell", 140005};
inline constexpr Code JobMissingNetwork{"JobMissingNetwork", 140009};
inline constexpr Code InstanceGroupInvalidJobs{"InstanceGroupInvalidJobs", 140010};
inline constexpr Code JobInvalidLifecycle{"JobInvalidLifecycle", 140011};
inline constexpr Code JobInvalidAvailabilityZone{"JobInvalidAvailabilityZone", 140016};
inline constexpr Code JobMissingAvailabilityZones{"JobMissingAvailabilityZones", 140017};
inline constexpr Code JobUnknownAvailabilityZone{"JobUnknownAvailabilityZone", 140018};
inline constexpr Code InstanceGroupBadVmConfiguration{"InstanceGroupBadVmConfiguration", 140022};
inline constexpr Code V1DeprecatedJob{"V1DeprecatedJob", 140023};
inline constexpr Code V1DeprecatedTemplate{"", 140024};
inline constexpr Code V1DeprecatedResourcePool{"", 140025};
inline constexpr Code V1DeprecatedNetworks{"V1DeprecatedNetworks", 140026};
inline constexpr Code V1DeprecatedDiskPools{"", 140027};
inline constexpr Code V1DeprecatedResourcePools{"", 140028};
inline constexpr Code JobUnknownNetwork{"JobUnknownNetwork", 150001};
inline constexpr Code InstanceGroupNetworkInstanceIpMismatch{
    "InstanceGroupNetworkInstanceIpMismatch", 150002};
inline constexpr Code JobNetworkInvalidDefault{"JobNetworkInvalidDefault", 150003};
inline constexpr Code JobNetworkMultipleDefaults{"JobNetworkMultipleDefaults", 150004};
inline constexpr Code JobNetworkMissingDefault{"JobNetworkMissingDefault", 150005};
inline constexpr Code JobNetworkMissingRequiredAvailabilityZone{
    "JobNetworkMissingRequiredAvailabilityZone", 150006};
inline constexpr Code JobStaticIpsFromInvalidAvailabilityZone{
    "JobStaticIpsFromInvalidAvailabilityZone", 150007};
inline constexpr Code JobStaticIPNotSupportedOnDynamicNetwork{
    "JobStaticIPNotSupportedOnDynamicNetwork", 150008};
inline constexpr Code JobInvalidStaticIPs{"JobInvalidStaticIPs", 150009};
inline constexpr Code NetworkOverlappingSubnets{"NetworkOverlappingSubnets", 160001};
inline constexpr Code NetworkInvalidRange{"NetworkInvalidRange", 160002};
inline constexpr Code NetworkInvalidGateway{"NetworkInvalidGateway", 160003};
inline constexpr Code NetworkInvalidDns{"NetworkInvalidDns", 160004};
inline constexpr Code NetworkReservedIpOutOfRange{"NetworkReservedIpOutOfRange", 160005};
inline constexpr Code NetworkStaticIpOutOfRange{"NetworkStaticIpOutOfRange", 160006};
inline constexpr Code NetworkSubnetUnknownAvailabilityZone{"NetworkSubnetUnknownAvailabilityZone",
                                                           160007};
inline constexpr Code NetworkInvalidProperty{"NetworkInvalidProperty", 160008};
inline constexpr Code NetworkInvalidIpRangeFormat{"NetworkInvalidIpRangeFormat", 160010};
inline constexpr Code UpdateConfigInvalidWatchTime{"UpdateConfigInvalidWatchTime", 180001};
inline constexpr Code DeploymentAmbiguousReleaseSpec{"DeploymentAmbiguousReleaseSpec", 190001};
inline constexpr Code DeploymentDuplicateReleaseName{"DeploymentDuplicateReleaseName", 190002};
inline constexpr Code DeploymentDuplicateVmTypeName{"DeploymentDuplicateVmTypeName", 190004};
inline constexpr Code DeploymentDuplicateVmExtensionName{"DeploymentDuplicateVmExtensionName",
                                                         190005};
inline constexpr Code DeploymentCanonicalJobNameTaken{"DeploymentCanonicalJobNameTaken", 190006};
inline constexpr Code DeploymentCanonicalNetworkNameTaken{"DeploymentCanonicalNetworkNameTaken",
                                                          190007};
inline constexpr Code DeploymentNoNetworks{"DeploymentNoNetworks", 190008};
inline constexpr Code DeploymentInvalidNetworkType{"DeploymentInvalidNetworkType", 190010};
inline constexpr Code DeploymentDuplicateDiskTypeName{"DeploymentDuplicateDiskTypeName", 190013};
inline constexpr Code DeploymentInvalidProperty{"DeploymentInvalidProperty", 190014};
inline constexpr Code DeploymentDuplicateAvailabilityZoneName{
    "DeploymentDuplicateAvailabilityZoneName", 190017};
inline constexpr Code DeploymentInvalidResourceSpecification{
    "DeploymentInvalidResourceSpecification", 190019};
inline constexpr Code DiskTypeInvalidDiskSize{"DiskTypeInvalidDiskSize", 200001};
inline constexpr Code DnsInvalidCanonicalName{"DnsInvalidCanonicalName", 420001};
inline constexpr Code BadManifest{"BadManifest", 440001};
inline constexpr Code VariablesInvalidFormat{"VariablesInvalidFormat", 560000};

}  // namespace bosh::code
