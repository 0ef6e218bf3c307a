//! `shop-bench` where it starts this program again: writers in processes of their own.

#![cfg(unix)]

use serde_json::Value;
use std::process::Command;

#[test]
fn sixteen_processes_lose_nothing_on_one_stream_and_tell_what_it_took() {
    let bench = Command::new(env!("CARGO_BIN_EXE_shop-bench"))
        .args(["--case", "contention_16_processes", "--seconds", "1", "--json"])
        .output()
        .unwrap();
    assert!(bench.status.success(), "{}", String::from_utf8_lossy(&bench.stderr));
    let report: Value = serde_json::from_slice(&bench.stdout).unwrap();
    let [case] = report["cases"].as_array().unwrap().as_slice() else { panic!("{report}") };
    for side in [case, &case["raw"]] {
        let [commands, conflicts, requests] =
            ["commands", "conflicts", "requests"].map(|name| side[name].as_f64().unwrap());
        // Four hundred a round, with any shares of the writers.
        assert!(commands >= 400.0 && commands % 400.0 == 0.0, "{side}");
        // Each lost race is a put in vain; something is read too.
        assert!(conflicts > 0.0 && requests > 1.0 + conflicts, "{side}");
        assert!(side["cpu_us"].as_f64().unwrap() > 0.0 && side["p50_us"].as_u64() <= side["p99_us"].as_u64(), "{side}");
    }
}

#[test]
fn a_writer_is_not_offered_to_people() {
    let help = Command::new(env!("CARGO_BIN_EXE_shop-bench")).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    assert!(help.contains("cold") && !help.contains("writer"), "{help}");
}
