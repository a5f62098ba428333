//! The lines for nginx in nginx itself, where there is one.

use super::*;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// Files of its own only, and one process, which ends with the test.
fn configuration(folder: &Path, listen: SocketAddr, server: SocketAddr, lines: &str) -> String {
    let folder = folder.display();
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path {folder}/{kind};\n"))
        .concat();
    format!(
        "daemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log stderr;\nevents {{}}\n\
         http {{\naccess_log off;\n{temporary}\
         server {{\nlisten {listen};\n{lines}\nlocation / {{ proxy_pass http://{server}; }}\n}}\n}}\n"
    )
}

/// Until it takes connections. None where there is no nginx.
async fn nginx(folder: &Path, listen: SocketAddr, server: SocketAddr, lines: &str) -> Option<Child> {
    let file = folder.join("nginx.conf");
    std::fs::write(&file, configuration(folder, listen, server, lines)).unwrap();
    let mut command = Command::new("nginx");
    command.arg("-c").arg(&file).stderr(Stdio::inherit()).kill_on_drop(true);
    let mut child = match command.spawn() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
        spawned => spawned.unwrap(),
    };
    let listening = async {
        while TcpStream::connect(listen).await.is_err() {
            assert_eq!(child.try_wait().unwrap(), None, "nginx takes the lines");
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(20), listening).await.unwrap();
    Some(child)
}

#[tokio::test]
async fn the_lines_for_nginx_mend_an_nginx_that_has_none_of_them() {
    let listen = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let url = format!("http://{listen}");
    let public = url.parse().unwrap();
    let server = TestServer::start_with(|config| {
        config.public_urls = vec![public];
        config.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    })
    .await;
    let ada = server.register("ada").await;
    let token = ada.token().await;
    let folder = TempDir::new().unwrap();
    let upstream = server.server.address();

    let Some(mut bare) = nginx(folder.path(), listen, upstream, "").await else {
        println!("there is no nginx here: nothing was tried");
        return;
    };
    let (code, said) = doctor(Some(&token), &[&url, "--proxy", "nginx"]).await;
    assert_eq!(code, Some(1), "{said}");
    for wanted in ["FAIL  Size of requests", "FAIL  WebSocket", "warn  Who asks"] {
        assert!(said.contains(wanted), "{wanted} is missing in\n{said}");
    }
    bare.kill().await.unwrap();

    let told = examination(&ada, &url, &[]).await;
    let remedies = told["remedies"].as_array().unwrap().iter();
    // There is no certificate here.
    let lines: Vec<_> = remedies
        .filter(|remedy| remedy["fault"] != "https")
        .map(|remedy| remedy["nginx"].as_str().unwrap())
        .collect();
    let mended = nginx(folder.path(), listen, upstream, &lines.concat()).await;
    assert!(mended.is_some());
    let (code, said) = doctor(Some(&token), &[&url, "--proxy", "nginx"]).await;
    assert_eq!(code, Some(0), "{said}");
    let passed = said.lines().filter(|line| line.starts_with("ok "));
    // How much room the disk of this machine has is nothing to rely on.
    assert_eq!(passed.filter(|line| !line.contains("  Disk ")).count(), 9, "{said}");
}
