//! The built stack as sam runs it on one machine: its template with what sam needs beside, its variables, its commands.

use foldlog_local::Host;
use serde_json::{Value, json};
use shop_composition::logical_id;
use std::env::{consts, var};
use std::fs::{self, File};
use std::net::{IpAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use yaml_serde::Value as Yaml;

/// The function that sam's gateway asks about tokens, as it knows no JWT authorizer.
const AUTHORIZER: &str = "JwtAuthorizerFunction";

/// sam, and what it is to run.
pub(crate) struct Sam {
    program: PathBuf,
    built: PathBuf,
    image: String,
    /// The address of this machine that containers reach.
    pub(crate) bridge: IpAddr,
}

impl Sam {
    /// What the environment names: sam, the folder that it built into, the image that has this machine's own libraries,
    /// and the address at which containers reach this machine.
    pub(crate) fn of_environment() -> Option<Self> {
        let named = [var("SHOP_SAM"), var("SHOP_BUILT"), var("SHOP_IMAGE"), var("SHOP_BRIDGE")];
        let [Ok(program), Ok(built), Ok(image), Ok(bridge)] = named else {
            println!("skipped: scripts/sam-local.sh starts this with all that it needs");
            return None;
        };
        Some(Self { program: program.into(), built: built.into(), image, bridge: bridge.parse().unwrap() })
    }
}

/// The built template beside a local host's tables.
pub(crate) struct Stack {
    sam: Sam,
    folder: PathBuf,
}

impl Stack {
    /// Puts down what sam reads, in a folder of this name.
    pub(crate) async fn of(sam: Sam, host: &mut Host, name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sam").join(name);
        let authorizer = folder.join("authorizer");
        // sam writes its cache where it is at home.
        for folder in [&folder.join("home"), &authorizer] {
            fs::create_dir_all(folder).unwrap();
        }
        fs::copy(env!("CARGO_BIN_EXE_authorizer"), authorizer.join("bootstrap")).unwrap();
        fs::copy(host.directory().join("issuer.json"), authorizer.join("issuer.json")).unwrap();
        let aws = host.open_aws((sam.bridge, 0).into()).await.unwrap();
        let mut template = yaml_serde::from_str(&fs::read_to_string(sam.built.join("template.yaml")).unwrap()).unwrap();
        let functions = adapt(&mut template, &sam.built, &authorizer, &aws);
        // As JSON, of which there are no two versions that tell texts from booleans in two ways.
        fs::write(folder.join("template.json"), serde_json::to_string(&template).unwrap()).unwrap();
        let variables = functions.into_iter().map(|binary| (logical_id(&binary), json!(host.environment(&binary))));
        let variables: Value = variables.collect();
        fs::write(folder.join("variables.json"), variables.to_string()).unwrap();
        Self { sam, folder }
    }

    /// One invocation of a function with the payload in a file: what it answers.
    pub(crate) async fn invoke(&self, binary: &str, payload: &Path) -> Value {
        let mut command = self.command(&["local", "invoke", &logical_id(binary), "--event", payload.to_str().unwrap()]);
        let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
        let (answer, log) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{binary}: {log}");
        serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{binary} answers {answer:?} ({error})\n{log}"))
    }

    /// The HTTP API, once it answers.
    pub(crate) async fn start_api(&self) -> Api {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let log = File::create(self.folder.join("log")).unwrap();
        let image = format!("{AUTHORIZER}={}", self.sam.image);
        let arguments = ["local", "start-api", "--port", &port.to_string(), "--invoke-image", &image];
        let mut command = self.command(&arguments);
        let command = command.args(["--warm-containers", "LAZY", "--no-watch"]);
        let process = command.stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let mut api = Api { url: format!("http://127.0.0.1:{port}"), process };
        let health = format!("{}/healthz", api.url);
        while !matches!(reqwest::get(&health).await, Ok(answer) if answer.status() == 200) {
            let ended = api.process.try_wait().unwrap();
            assert!(ended.is_none(), "it ended: {}", fs::read_to_string(self.folder.join("log")).unwrap());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        api
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.sam.program);
        command
            .args(arguments)
            .args(["--template", "template.json", "--env-vars", "variables.json", "--skip-pull-image"])
            .args(["--parameter-overrides", &format!("Architecture={}", architecture())])
            .current_dir(&self.folder)
            .envs([("HOME", "home"), ("SAM_CLI_TELEMETRY", "0"), ("AWS_DEFAULT_REGION", "eu-central-1")])
            .envs([("AWS_ACCESS_KEY_ID", "local"), ("AWS_SECRET_ACCESS_KEY", "local")])
            // It asks AWS whose account this is, and does without: here at once, not after several tries.
            .envs([("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:9"), ("AWS_MAX_ATTEMPTS", "1")]);
        command
    }
}

/// `sam local start-api`, which ends with it.
pub(crate) struct Api {
    pub(crate) url: String,
    process: Child,
}

impl Drop for Api {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Makes a built template one that runs beside a local host: its functions find the code wherever the template lies,
/// and AWS at this address; a function checks tokens in place of API Gateway. Returns their binaries.
fn adapt(template: &mut Yaml, built: &Path, authorizer: &Path, aws: &str) -> Vec<String> {
    let mut functions = vec![];
    template["Globals"]["Function"]["Environment"]["Variables"]["AWS_ENDPOINT_URL"] = aws.into();
    let resources = template["Resources"].as_mapping_mut().unwrap();
    for resource in resources.values_mut() {
        let (kind, properties) = (resource["Type"].as_str().unwrap().to_owned(), &mut resource["Properties"]);
        if kind == "AWS::Serverless::Function" {
            let code = built.join(properties["CodeUri"].as_str().unwrap());
            properties["CodeUri"] = code.to_str().unwrap().into();
            functions.push(resource["Metadata"]["BuildProperties"]["Binary"].as_str().unwrap().to_owned());
        } else if kind == "AWS::Serverless::HttpApi" {
            properties["Auth"]["Authorizers"]["Jwt"] = yaml_serde::to_value(json!({
                "FunctionArn": { "Fn::GetAtt": [AUTHORIZER, "Arn"] },
                "AuthorizerPayloadFormatVersion": "2.0",
                "EnableSimpleResponses": true,
                "Identity": { "Headers": ["Authorization"] },
            }))
            .unwrap();
        }
    }
    let properties = json!({ "CodeUri": authorizer.to_str().unwrap() });
    let function = json!({ "Type": "AWS::Serverless::Function", "Properties": properties });
    resources.insert(AUTHORIZER.into(), yaml_serde::to_value(function).unwrap());
    functions
}

/// This machine's, as Lambda calls it.
fn architecture() -> &'static str {
    if consts::ARCH == "aarch64" { "arm64" } else { consts::ARCH }
}
