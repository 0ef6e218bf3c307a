//! The contract of every payment provider, run over the sandbox in process and over the same sandbox behind HTTP; and
//! what HTTP, webhooks and signatures promise beyond it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod connection;
mod losses;
mod parts;
mod requests;
mod rules;
mod signatures;
mod stage;
mod webhooks;

/// Runs each rule over each provider.
macro_rules! contract {
    ($($file:ident::$rule:ident),* $(,)?) => {
        mod sandbox {
            $(
                #[tokio::test]
                async fn $rule() {
                    let sandbox = shop_payments::Sandbox::default();
                    crate::$file::$rule(&sandbox, &sandbox).await;
                }
            )*
        }

        mod http {
            $(
                #[tokio::test]
                async fn $rule() {
                    let server = crate::stage::server().await;
                    crate::$file::$rule(&crate::stage::client(&server.url()), server.sandbox()).await;
                    server.stop().await;
                }
            )*
        }
    };
}

contract! {
    rules::a_card_that_pays_is_authorised_and_known,
    rules::a_card_that_does_not_pay_is_declined_for_good,
    rules::an_answer_that_is_lost_is_unknown_until_it_is_asked_about,
    rules::who_is_unavailable_at_first_did_nothing,
    rules::payments_of_two_references_know_nothing_of_each_other,
    rules::a_reference_is_good_for_one_amount_and_one_card,
    rules::each_step_moves_a_payment_only_from_where_it_can,
    rules::an_authorisation_that_has_run_out_can_be_let_go,
    rules::settling_asks_first_and_sends_once,
    rules::settling_asks_at_once_what_became_of_a_lost_answer,
    rules::settling_tells_of_a_payment_as_it_stands,
    parts::each_part_is_refunded_once_under_its_number,
    parts::parts_add_up_to_at_most_the_amount_and_all_of_it_reads_as_refunded,
    parts::a_part_needs_a_captured_payment_that_can_be_refunded,
    parts::what_was_refunded_by_hand_has_no_number_and_leaves_less,
}
