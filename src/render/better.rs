//! Whether high values of a metric are the good ones, by the words of its tag: a guess, and what is ordered by it says so.

/// Words of what should be low. They win: `accuracy_loss` should be.
const LOW: &str =
    " loss losses err error errors nll mse mae rmse wer cer fid perplexity ppl regret cost bpc bpb time latency duration ";
const HIGH: &str = " acc accuracy auc auroc auprc precision recall specificity sensitivity iou miou dice map ap psnr ssim bleu rouge meteor r2 \
    score reward rewards return returns elo win wins winrate success likelihood elbo throughput ";

/// Whether the highest value of this metric is the best.
pub(crate) fn higher(tag: &str) -> bool {
    let words = words(tag);
    let known = |list: &str, word: &String| list.contains(&format!(" {word} "));
    let counted = |word: &String| {
        let number = |prefix: &str| word.strip_prefix(prefix).is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
        word != "f" && number("f") || number("top")
    };
    !words.iter().any(|word| known(LOW, word)) && words.iter().any(|word| known(HIGH, word) || counted(word))
}

/// `valid/topFiveAcc` is `valid`, `top`, `five`, `acc`.
fn words(tag: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for letter in tag.chars() {
        if !letter.is_alphanumeric() || (letter.is_uppercase() && (before.is_lowercase() || before.is_ascii_digit())) {
            words.push(String::new());
        }
        if let (true, Some(word)) = (letter.is_alphanumeric(), words.last_mut()) {
            word.extend(letter.to_lowercase());
        }
        before = letter;
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::higher;

    #[test]
    fn it_goes_by_the_words() {
        for tag in ["Accuracy", "val_acc", "train/f1", "mIoU score", "valid.AUC", "episodeReward", "R2", "top5", "Top-1 acc"] {
            assert!(higher(tag), "{tag}");
        }
        for tag in ["Loss", "val_loss", "accuracy_loss", "WER", "grad_norm", "lr", "precisionError", "macro", "f", "", "שלום"]
        {
            assert!(!higher(tag), "{tag}");
        }
    }
}
