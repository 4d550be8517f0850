//! Every address of the desk with the right that it takes, in one table: the router is made of it, the navigation asks it,
//! and a test goes through all of it as every role (`pages/src/tests/may.rs`).
//!
//! A route says its right here and its handler takes a [`Visit`](super::visit::Visit), which holds the door by it.

use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodRouter, get, post};
use axum::{Extension, Router};
use hiring::App;
use hiring::member::Right;

/// What a route takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needs {
    /// Nobody needs to have signed in.
    Nothing,
    /// A member with this right.
    Right(Right),
}

/// One address and method.
pub(crate) struct Route {
    pub method: Method,
    pub path: &'static str,
    pub needs: Needs,
    handler: MethodRouter<App>,
}

impl Route {
    /// Looks at something.
    pub fn get<H, T>(path: &'static str, right: Right, handler: H) -> Route
    where
        H: Handler<T, App>,
        T: 'static,
    {
        Route::new(Method::GET, path, Needs::Right(right), get(handler))
    }

    /// Changes something. That the form was ours is seen to by `Visit`.
    pub fn post<H, T>(path: &'static str, right: Right, handler: H) -> Route
    where
        H: Handler<T, App>,
        T: 'static,
    {
        Route::new(Method::POST, path, Needs::Right(right), post(handler))
    }

    /// For whoever comes.
    pub fn open(method: Method, path: &'static str, handler: MethodRouter<App>) -> Route {
        Route::new(method, path, Needs::Nothing, handler)
    }

    /// Takes bodies of up to so many bytes, more than a usual form.
    pub fn largest(mut self, bytes: usize) -> Route {
        self.handler = self.handler.layer(DefaultBodyLimit::max(bytes));
        self
    }

    fn new(method: Method, path: &'static str, needs: Needs, handler: MethodRouter<App>) -> Route {
        Route {
            method,
            path,
            needs,
            handler: handler.layer(Extension(needs)),
        }
    }
}

/// The router of these routes.
pub(crate) fn router(routes: Vec<Route>) -> Router<App> {
    routes.into_iter().fold(Router::new(), |router, route| {
        router.route(route.path, route.handler)
    })
}

/// The right that looking at `path` takes; `None` when there is no such page.
pub(crate) fn right_of(path: &str) -> Option<Right> {
    use std::sync::LazyLock;
    static PAGES: LazyLock<Vec<(&'static str, Right)>> = LazyLock::new(|| {
        let all = super::table().into_iter();
        let pages = all.filter(|route| route.method == Method::GET);
        pages
            .filter_map(|route| match route.needs {
                Needs::Right(right) => Some((route.path, right)),
                Needs::Nothing => None,
            })
            .collect()
    });
    let found = PAGES.iter().find(|(of, _)| *of == path);
    found.map(|(_, right)| *right)
}
