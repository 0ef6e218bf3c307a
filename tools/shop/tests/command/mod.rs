//! The command `shop` against a running shop.

use tests::Shop;
use tokio::process::Command;

/// Exit code, standard output and standard error of a command line.
pub(crate) async fn run(shop: &Shop, line: &str) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_shop"))
        .args(line.split(' '))
        .args(["--api", &shop.host.url()])
        .output()
        .await
        .unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    (output.status.code().unwrap(), out, err)
}
