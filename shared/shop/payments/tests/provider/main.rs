//! The contract of every payment provider, run over the sandbox in process and over the same sandbox behind HTTP; and
//! what HTTP, webhooks and signatures promise beyond it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod connection;
mod losses;
mod requests;
mod rules;
mod signatures;
mod stage;
mod webhooks;

/// Runs each rule over each provider.
macro_rules! contract {
    ($($rule:ident),* $(,)?) => {
        mod sandbox {
            $(
                #[tokio::test]
                async fn $rule() {
                    let sandbox = shop_payments::Sandbox::default();
                    crate::rules::$rule(&sandbox, &sandbox).await;
                }
            )*
        }

        mod http {
            $(
                #[tokio::test]
                async fn $rule() {
                    let server = crate::stage::server().await;
                    crate::rules::$rule(&crate::stage::client(&server.url()), server.sandbox()).await;
                    server.stop().await;
                }
            )*
        }
    };
}

contract! {
    a_card_that_pays_is_authorised_and_known,
    a_card_that_does_not_pay_is_declined_for_good,
    an_answer_that_is_lost_is_unknown_until_it_is_asked_about,
    who_is_unavailable_at_first_did_nothing,
    payments_of_two_references_know_nothing_of_each_other,
    a_reference_is_good_for_one_amount_and_one_card,
    each_step_moves_a_payment_only_from_where_it_can,
    an_authorisation_that_has_run_out_can_be_let_go,
    settling_asks_first_and_sends_once,
    settling_asks_at_once_what_became_of_a_lost_answer,
    settling_tells_of_a_payment_as_it_stands,
}
