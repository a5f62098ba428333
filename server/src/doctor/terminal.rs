//! `inkling doctor`: what was found as a table, and below it the lines that mend it.

use super::finding::{Finding, Mend, Outcome};
use super::line::{Line, LineError};
use super::remedy::{Fault, Remedy};
use super::{here, outside};
use crate::config::Config;
use std::fmt::Write as _;
use url::Url;

/// What is to be looked at.
#[derive(Debug)]
pub enum Doctor {
    /// The machine, the data and the options, as the server would start with.
    Here(Box<Config>),
    /// A running server, by the address that people type.
    Outside {
        /// Where.
        url: Url,
        /// Of somebody who administers it.
        token: String,
        /// Whose lines are wanted; none for all.
        proxy: Option<Proxy>,
    },
}

/// Which proxy stands before the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proxy {
    Nginx,
    Caddy,
    Traefik,
}

impl Proxy {
    /// All that lines are known for.
    pub const ALL: [Self; 3] = [Self::Nginx, Self::Caddy, Self::Traefik];

    /// Its name, in small letters.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Caddy => "caddy",
            Self::Traefik => "traefik",
        }
    }

    fn lines(self, remedy: &Remedy) -> &str {
        match self {
            Self::Nginx => &remedy.nginx,
            Self::Caddy => &remedy.caddy,
            Self::Traefik => &remedy.traefik,
        }
    }
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// For a person; lines, each with its end.
    pub text: String,
    /// Nothing failed.
    pub is_well: bool,
}

impl Doctor {
    /// Looks.
    pub async fn look(self) -> Diagnosis {
        match self {
            Self::Here(config) => diagnosis(&here::examine(&config), &[], None),
            Self::Outside { url, token, proxy } => {
                let Some(line) = Line::new(url, &token) else {
                    return hopeless("The token has characters that no token has.".to_owned());
                };
                match outside::examine(&line).await {
                    Ok((examination, findings)) => diagnosis(&findings, &examination.remedies, proxy),
                    Err(error) => hopeless(explained(&line.origin(), &error)),
                }
            }
        }
    }
}

fn hopeless(mut text: String) -> Diagnosis {
    text.push('\n');
    Diagnosis { text, is_well: false }
}

fn explained(origin: &str, error: &LineError) -> String {
    let advice = match error {
        LineError::Refused(401) => " The token is not taken: make one under Settings, Tokens.",
        LineError::Refused(404) => " The token is not an administrator's, or there is no Inkling server with a doctor.",
        LineError::Unreachable(_)
        | LineError::Late(_)
        | LineError::Broken(_)
        | LineError::Refused(_)
        | LineError::Strange(_) => "",
    };
    format!("{origin} cannot be looked at: {error}.{advice}")
}

fn diagnosis(findings: &[Finding], remedies: &[Remedy], proxy: Option<Proxy>) -> Diagnosis {
    let mut text = String::new();
    let width = findings
        .iter()
        .map(|one| one.title().chars().count())
        .max()
        .unwrap_or(0);
    for finding in findings {
        let mark = match finding.outcome {
            Outcome::Passed => "ok   ",
            Outcome::Warning => "warn ",
            Outcome::Failed => "FAIL ",
        };
        line(
            &mut text,
            &format!("{mark} {:width$}  {}", finding.title(), finding.text()),
        );
    }
    // The address with https is right when there is https, and until then one without it may be.
    let (later, now): (Vec<&Finding>, _) = findings
        .iter()
        .partition(|finding| finding.mends.contains(&Mend::Proxy(Fault::Https)));
    let mut faults = Vec::new();
    for mend in findings.iter().flat_map(|finding| &finding.mends) {
        match mend {
            Mend::Proxy(fault) if !faults.contains(fault) => faults.push(*fault),
            Mend::Option(_) | Mend::Proxy(_) => {}
        }
    }
    if let Some(options) = options(&now) {
        line(&mut text, &format!("\nStart Inkling with:\n    {options}"));
    }
    for fault in faults {
        if let Some(remedy) = remedies.iter().find(|remedy| remedy.fault == fault) {
            for proxy in Proxy::ALL
                .into_iter()
                .filter(|one| proxy.is_none_or(|wanted| wanted == *one))
            {
                line(
                    &mut text,
                    &format!("\nLines for {} ({}):", proxy.as_str(), names(findings, fault)),
                );
                for one in proxy.lines(remedy).lines() {
                    line(&mut text, &format!("    {one}"));
                }
            }
        }
    }
    if let Some(options) = options(&later) {
        let when = "Once people reach it over https, start Inkling with, in place of the address without:";
        line(&mut text, &format!("\n{when}\n    {options}"));
    }
    let is_well = findings.iter().all(|finding| finding.outcome != Outcome::Failed);
    Diagnosis { text, is_well }
}

/// What Inkling is to be started with, each once.
fn options(findings: &[&Finding]) -> Option<String> {
    let mut options = Vec::new();
    for mend in findings.iter().flat_map(|finding| &finding.mends) {
        if let Mend::Option(option) = mend
            && !options.contains(&option.as_str())
        {
            options.push(option);
        }
    }
    (!options.is_empty()).then(|| options.join(" "))
}

/// What the lines against a fault are good for.
fn names(findings: &[Finding], fault: Fault) -> String {
    let mended = findings
        .iter()
        .filter(|finding| finding.mends.contains(&Mend::Proxy(fault)));
    mended.map(Finding::title).collect::<Vec<_>>().join(", ")
}

fn line(text: &mut String, line: &str) {
    writeln!(text, "{line}").expect("writing into a string cannot fail");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::remedy;

    #[test]
    fn what_mends_several_things_is_told_once_with_their_names() {
        let option = || Mend::Option("--public-url https://ink.example".into());
        let findings = [
            Finding::new(Outcome::Warning, "address-host").mended_by(Mend::Proxy(Fault::Headers)),
            Finding::new(Outcome::Failed, "cookie-insecure").mended_by(option()),
            Finding::new(Outcome::Warning, "client-untold").mended_by(Mend::Proxy(Fault::Headers)),
            Finding::new(Outcome::Failed, "body-foreign").mended_by(option()),
        ];
        let remedies = remedy::all(([127, 0, 0, 1], 4655).into(), "ink.example", 1 << 20);
        let Diagnosis { text, is_well } = diagnosis(&findings, &remedies, Some(Proxy::Nginx));
        assert!(!is_well);
        assert_eq!(text.matches("--public-url").count(), 1, "{text}");
        assert_eq!(
            text.matches("Lines for nginx (Address, Who asks):").count(),
            1,
            "{text}"
        );
        assert_eq!(text.matches("proxy_set_header Host").count(), 1, "{text}");
    }

    #[test]
    fn the_address_with_https_is_told_for_when_there_is_https() {
        let option = |scheme| Mend::Option(format!("--public-url {scheme}://ink.example"));
        let findings = [
            Finding::new(Outcome::Failed, "address-unknown").mended_by(option("http")),
            Finding::new(Outcome::Warning, "https-missing")
                .mended_by(Mend::Proxy(Fault::Https))
                .mended_by(option("https")),
        ];
        let remedies = remedy::all(([127, 0, 0, 1], 4655).into(), "ink.example", 1 << 20);
        let text = diagnosis(&findings, &remedies, Some(Proxy::Nginx)).text;
        let places =
            ["--public-url http://ink", "listen 443 ssl", "--public-url https://ink"].map(|part| text.find(part));
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{text}");
        assert_eq!(
            text.matches("--public-url").count(),
            2,
            "both at once would let the cookie go unencrypted: {text}"
        );
    }

    #[test]
    fn a_warning_alone_is_well() {
        let findings = [Finding::new(Outcome::Warning, "https-missing").mended_by(Mend::Proxy(Fault::Https))];
        let remedies = remedy::all(([127, 0, 0, 1], 4655).into(), "ink.example", 1 << 20);
        let Diagnosis { text, is_well } = diagnosis(&findings, &remedies, None);
        assert!(is_well);
        for proxy in Proxy::ALL {
            assert!(text.contains(&format!("Lines for {}", proxy.as_str())), "{text}");
        }
    }
}
