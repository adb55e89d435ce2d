use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A number that looks random and is always the same for the same question.
pub(super) fn draw(seed: u64, question: &str, about: Uuid, time: u64) -> u64 {
    let mut hash = Sha256::new();
    hash.update(seed.to_be_bytes());
    hash.update(question);
    hash.update(about);
    hash.update(time.to_be_bytes());
    let digest: [u8; 32] = hash.finalize().into();
    u64::from_be_bytes([digest[0], digest[1], digest[2], digest[3], digest[4], digest[5], digest[6], digest[7]])
}

/// Is this one of about every n-th? With 0, none is.
pub(super) fn every(n: u64, draw: u64) -> bool {
    n != 0 && draw.is_multiple_of(n)
}
