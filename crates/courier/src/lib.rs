//! Carries things between us and servers elsewhere: the only room besides the server's own bench that may call out.
//!
//! Whatever is called, was named by somebody else; so [`guard`] judges every address before anything is sent to it.
//! [`carry`] carries candidates to other systems. [`call`] makes one call; [`circuit`] and [`backoff`] say when to make the next. [`fetch`] brings files here that callers named by address. [`mail`] sends mails to the server that the operator chose.
//! [`webhook`] tells whoever subscribed what has happened.

pub mod backoff;
pub mod call;
pub mod carry;
pub mod circuit;
pub mod fetch;
pub mod guard;
pub mod mail;
pub mod webhook;
