//! Passwords: argon2id, a few at a time, off the threads that serve.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use tokio::sync::Semaphore;

/// Memory of one hash, KiB. With [`PASSES`] and [`LANES`] the least that OWASP's Password Storage Cheat Sheet recommends.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Hashes and verifies. Each hash under way takes 19 MiB, so only a few are; [`crate::memory`] sees to it that they are given back.
#[derive(Debug)]
pub struct Passwords {
    permits: Semaphore,
    /// Verified in place of the hash of an account that does not exist, so that both take the same time.
    nobody: String,
}

/// Hashing failed: not for anything in the password.
#[derive(Debug, thiserror::Error)]
#[error("the password could not be hashed: {0}")]
pub struct HashError(String);

impl Passwords {
    /// With at most `parallel` hashes under way.
    pub fn new(parallel: usize) -> Result<Self, HashError> {
        Ok(Self {
            permits: Semaphore::new(parallel),
            nobody: hash("nobody has this password")?,
        })
    }

    /// A PHC string to store.
    pub async fn hash(&self, password: String) -> Result<String, HashError> {
        self.work(move || hash(&password)).await?
    }

    /// Whether the password is the one that was hashed; for `None`, the same work and `false`.
    pub async fn verify(&self, password: String, stored: Option<String>) -> Result<bool, HashError> {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.nobody.clone());
        let matches = self
            .work(move || {
                let stored = PasswordHash::new(&stored).map_err(|error| HashError(error.to_string()))?;
                Ok(argon2().verify_password(password.as_bytes(), &stored).is_ok())
            })
            .await??;
        Ok(matches && known)
    }

    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, HashError> {
        let _permit = self.permits.acquire().await.expect("the semaphore is never closed");
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|error| HashError(error.to_string()))
    }
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).expect("the parameters are in argon2's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash(password: &str) -> Result<String, HashError> {
    argon2()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| HashError(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_password_that_was_hashed_matches() {
        let passwords = Passwords::new(1).unwrap();
        let stored = passwords.hash("correct horse".into()).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(
            passwords
                .verify("correct horse".into(), Some(stored.clone()))
                .await
                .unwrap()
        );
        assert!(!passwords.verify("correct house".into(), Some(stored)).await.unwrap());
        assert!(!passwords.verify("nobody has this password".into(), None).await.unwrap());
    }
}
