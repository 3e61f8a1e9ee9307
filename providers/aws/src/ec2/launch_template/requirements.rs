//! `instance_requirements`: what instance types must be like.

use super::zeros;
use crate::fields::Fields;
use crate::shape::{Shape, flag, int, text, text_set};
use aws_sdk_ec2::types as api;
use value::{Number, Value};

pub(super) fn shape() -> Shape {
    let whole = |about: &'static str, least: i64| {
        let number = || int().optional().between(least, i64::from(i32::MAX));
        (about, Shape::default().field("max", number().about("At most.")).field("min", number().about("At least.")))
    };
    // At least: must be said.
    let needed = |about: &'static str| {
        let number = || int().between(1, i64::from(i32::MAX));
        let shape = Shape::default().field("max", number().optional().about("At most."));
        (about, shape.field("min", number().required().about("At least.")))
    };
    let any = |about: &'static str| {
        let number = || int().optional().check(check_positive);
        (about, Shape::default().field("max", number().about("At most.")).field("min", number().about("At least.")))
    };
    let word = |about| text().optional().one_of(&["excluded", "included", "required"]).about(about);
    let words = |about| text_set().optional().about(about);
    let percent = |about| int().optional().between(1, i64::from(i32::MAX)).about(about);
    let mut shape = Shape::default()
        .field(
            "accelerator_manufacturers",
            words("Makers of accelerators.").one_of(&["amazon-web-services", "amd", "habana", "nvidia", "xilinx"]),
        )
        .field("accelerator_names", words("Accelerators, such as `a100`."))
        .field("accelerator_types", words("Kinds of accelerators.").one_of(&["fpga", "gpu", "inference", "media"]))
        .field(
            "allowed_instance_types",
            words("Only these types, with `*` for any text; or `excluded_instance_types`."),
        )
        .field("bare_metal", word("Types without a hypervisor."))
        .field("burstable_performance", word("Burstable types."))
        .field("cpu_manufacturers", words("Makers of CPUs.").one_of(&["amazon-web-services", "amd", "apple", "intel"]))
        .field("excluded_instance_types", words("Not these types, with `*` for any text."))
        .field("instance_generations", words("Generations.").one_of(&["current", "previous"]))
        .field("local_storage", word("Types with instance store volumes."))
        .field("local_storage_types", words("Kinds of instance store volumes.").one_of(&["hdd", "ssd"]))
        .field(
            "max_spot_price_as_percentage_of_optimal_on_demand_price",
            percent("Most that spot instances may cost, in percent of the best on-demand price."),
        )
        .field(
            "on_demand_max_price_percentage_over_lowest_price",
            percent("How much on-demand instances may cost over the cheapest that fit, in percent."),
        )
        .field("require_hibernate_support", flag().optional().about("Only types that can hibernate."))
        .field(
            "spot_max_price_percentage_over_lowest_price",
            percent("How much spot instances may cost over the cheapest that fit, in percent."),
        );
    let ranges = [
        ("accelerator_count", whole("Accelerators; `max` 0 means none.", 0)),
        ("accelerator_total_memory_mib", whole("Memory of all accelerators in MiB.", 1)),
        ("baseline_ebs_bandwidth_mbps", whole("Bandwidth to EBS in Mbit/s.", 1)),
        ("memory_gib_per_vcpu", any("Memory for each vCPU in GiB.")),
        ("memory_mib", needed("Memory in MiB.")),
        ("network_bandwidth_gbps", any("Bandwidth of the network in Gbit/s.")),
        ("network_interface_count", whole("Network interfaces.", 1)),
        ("total_local_storage_gb", any("Instance store volumes together, in GB.")),
        ("vcpu_count", needed("vCPUs.")),
    ];
    for (name, (about, range)) in ranges {
        shape = shape.one(name, about, range);
    }
    shape.with_block("memory_mib", |block| block.min = 1).with_block("vcpu_count", |block| block.min = 1)
}

fn check_positive(value: &Value) -> Result<(), String> {
    match value.as_number().map(|number| number.signum()) {
        Some(sign) if sign <= 0 => Err("It must be more than 0.".into()),
        _ => Ok(()),
    }
}

/// A range for a request: what is written of it.
macro_rules! range {
    ($block:expr, $name:literal, $number:ident, $type:ident) => {
        $block
            .one($name)
            .map(|range| api::$type::builder().set_min($number(&range, "min")).set_max($number(&range, "max")).build())
    };
}

/// Puts a range of an answer into a block.
macro_rules! show_range {
    ($block:expr, $name:literal, $number:ident, $range:expr) => {
        if let Some(range) = $range {
            let mut shown = $block.new_block($name);
            $number(&mut shown, "min", range.min());
            $number(&mut shown, "max", range.max());
            $block.set_blocks($name, [zeros(shown)]);
        }
    };
}

fn whole(block: &Fields, name: &str) -> Option<i32> {
    block.int(name)
}

fn any(block: &Fields, name: &str) -> Option<f64> {
    block.get(name).as_number().map(|number| number.to_f64())
}

fn show_whole(block: &mut Fields, name: &str, number: Option<i32>) {
    block.set_int(name, number);
}

/// The number as it is written in decimal: 0.1 is 0.1.
fn show_any(block: &mut Fields, name: &str, number: Option<f64>) {
    if let Some(number) = number.and_then(|number| Number::parse(&number.to_string())) {
        block.set(name, Value::number(number));
    }
}

/// As a request has it.
pub(super) fn request(block: &Fields) -> api::InstanceRequirementsRequest {
    let words = |name: &str| Some(block.texts(name)).filter(|words| !words.is_empty());
    fn each<T: for<'a> From<&'a str>>(words: Option<Vec<String>>) -> Option<Vec<T>> {
        words.map(|words| words.iter().map(|word| T::from(word)).collect())
    }
    let word = |name: &str| block.filled_text(name);
    let percent = |name: &str| block.int(name).filter(|percent| *percent != 0);
    api::InstanceRequirementsRequest::builder()
        .set_accelerator_count(range!(block, "accelerator_count", whole, AcceleratorCountRequest))
        .set_accelerator_manufacturers(each(words("accelerator_manufacturers")))
        .set_accelerator_names(each(words("accelerator_names")))
        .set_accelerator_total_memory_mib(range!(
            block,
            "accelerator_total_memory_mib",
            whole,
            AcceleratorTotalMemoryMiBRequest
        ))
        .set_accelerator_types(each(words("accelerator_types")))
        .set_allowed_instance_types(words("allowed_instance_types"))
        .set_bare_metal(word("bare_metal").map(api::BareMetal::from))
        .set_baseline_ebs_bandwidth_mbps(range!(
            block,
            "baseline_ebs_bandwidth_mbps",
            whole,
            BaselineEbsBandwidthMbpsRequest
        ))
        .set_burstable_performance(word("burstable_performance").map(api::BurstablePerformance::from))
        .set_cpu_manufacturers(each(words("cpu_manufacturers")))
        .set_excluded_instance_types(words("excluded_instance_types"))
        .set_instance_generations(each(words("instance_generations")))
        .set_local_storage(word("local_storage").map(api::LocalStorage::from))
        .set_local_storage_types(each(words("local_storage_types")))
        .set_max_spot_price_as_percentage_of_optimal_on_demand_price(percent(
            "max_spot_price_as_percentage_of_optimal_on_demand_price",
        ))
        .set_memory_gib_per_v_cpu(range!(block, "memory_gib_per_vcpu", any, MemoryGiBPerVCpuRequest))
        .set_memory_mib(range!(block, "memory_mib", whole, MemoryMiBRequest))
        .set_network_bandwidth_gbps(range!(block, "network_bandwidth_gbps", any, NetworkBandwidthGbpsRequest))
        .set_network_interface_count(range!(block, "network_interface_count", whole, NetworkInterfaceCountRequest))
        .set_on_demand_max_price_percentage_over_lowest_price(percent(
            "on_demand_max_price_percentage_over_lowest_price",
        ))
        .set_require_hibernate_support(block.flag("require_hibernate_support"))
        .set_spot_max_price_percentage_over_lowest_price(percent("spot_max_price_percentage_over_lowest_price"))
        .set_total_local_storage_gb(range!(block, "total_local_storage_gb", any, TotalLocalStorageGbRequest))
        .set_v_cpu_count(range!(block, "vcpu_count", whole, VCpuCountRangeRequest))
        .build()
}

/// As an answer says it.
pub(super) fn shown(mut block: Fields, found: &api::InstanceRequirements) -> Fields {
    let mut words = |name: &str, words: Vec<&str>| {
        if !words.is_empty() {
            block.set_texts(name, words);
        }
    };
    words("accelerator_manufacturers", found.accelerator_manufacturers().iter().map(|word| word.as_str()).collect());
    words("accelerator_names", found.accelerator_names().iter().map(|word| word.as_str()).collect());
    words("accelerator_types", found.accelerator_types().iter().map(|word| word.as_str()).collect());
    words("allowed_instance_types", found.allowed_instance_types().iter().map(String::as_str).collect());
    words("cpu_manufacturers", found.cpu_manufacturers().iter().map(|word| word.as_str()).collect());
    words("excluded_instance_types", found.excluded_instance_types().iter().map(String::as_str).collect());
    words("instance_generations", found.instance_generations().iter().map(|word| word.as_str()).collect());
    words("local_storage_types", found.local_storage_types().iter().map(|word| word.as_str()).collect());
    block.set_text("bare_metal", found.bare_metal().map(|word| word.as_str()));
    block.set_text("burstable_performance", found.burstable_performance().map(|word| word.as_str()));
    block.set_text("local_storage", found.local_storage().map(|word| word.as_str()));
    block.set_int(
        "max_spot_price_as_percentage_of_optimal_on_demand_price",
        found.max_spot_price_as_percentage_of_optimal_on_demand_price(),
    );
    block.set_int(
        "on_demand_max_price_percentage_over_lowest_price",
        found.on_demand_max_price_percentage_over_lowest_price(),
    );
    block.set_flag("require_hibernate_support", found.require_hibernate_support());
    block.set_int("spot_max_price_percentage_over_lowest_price", found.spot_max_price_percentage_over_lowest_price());
    show_range!(block, "accelerator_count", show_whole, found.accelerator_count());
    show_range!(block, "accelerator_total_memory_mib", show_whole, found.accelerator_total_memory_mib());
    show_range!(block, "baseline_ebs_bandwidth_mbps", show_whole, found.baseline_ebs_bandwidth_mbps());
    show_range!(block, "memory_gib_per_vcpu", show_any, found.memory_gib_per_v_cpu());
    show_range!(block, "memory_mib", show_whole, found.memory_mib());
    show_range!(block, "network_bandwidth_gbps", show_any, found.network_bandwidth_gbps());
    show_range!(block, "network_interface_count", show_whole, found.network_interface_count());
    show_range!(block, "total_local_storage_gb", show_any, found.total_local_storage_gb());
    show_range!(block, "vcpu_count", show_whole, found.v_cpu_count());
    zeros(block)
}
