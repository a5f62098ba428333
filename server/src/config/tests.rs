//! What is told by flags and files, and what is said when it is wrong.

use super::*;

fn parse(arguments: &[&str]) -> Result<Config, ConfigError> {
    let arguments = std::iter::once("inkling")
        .chain(arguments.iter().copied())
        .map(str::to_owned);
    match Invocation::parse(arguments)? {
        Invocation::Serve(config) => Ok(*config),
        _ => unreachable!("not asked for"),
    }
}

#[test]
fn without_arguments_it_serves_on_this_machine_only() {
    let config = parse(&[]).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:4655");
    assert_eq!(config.registration, Registration::Invite);
    assert_eq!(config.limits, Limits::default());
}

#[test]
fn a_flag_is_stronger_than_the_file() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(
        &file,
        "registration = \"open\"\nlimit-connections = 7\nlisten = \"127.0.0.1:1\"\n",
    )
    .unwrap();
    let path = file.path().to_str().unwrap();
    let config = parse(&["--config", path, "--listen", "127.0.0.1:2"]).unwrap();
    assert_eq!(config.listen.port(), 2);
    assert_eq!(config.registration, Registration::Open);
    assert_eq!(config.limits.connections, 7);
}

#[test]
fn a_wrong_option_is_named() {
    for (arguments, name) in [
        (["--listen", "nowhere"], "--listen"),
        (["--registration", "maybe"], "--registration"),
        (["--limit-connections", "0"], "--limit-connections"),
        (["--public-url", "ftp://x"], "--public-url"),
        (["--trusted-proxy", "10.0.0.0/40"], "--trusted-proxy"),
        (["--config", "/nonexistent"], "--config"),
        (["--colour", "blue"], "--colour"),
    ] {
        let error = parse(&arguments).unwrap_err().to_string();
        assert!(error.contains(name), "{error}");
    }
}

#[test]
fn a_key_that_means_nothing_is_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, "listn = \"127.0.0.1:1\"").unwrap();
    let error = parse(&["--config", file.path().to_str().unwrap()])
        .unwrap_err()
        .to_string();
    assert!(error.contains("listn"), "{error}");
}
