// Words that are at home in the mails that a notice warns of. Pure. One of them may be somebody's name (Anna Call,
// John Dear); two are none. Languages: those in which most such mails are written.

const words: ReadonlySet<string> = new Set(
  `
  www http https hxxp hxxps ftp mailto dot punkt punto ponto point
  your you account accounts is are was were has been be will must now here click call visit please login log sign verify
  verification confirm update password passwords urgent immediately closed blocked suspended locked expired hacked
  deleted payment pay refund invoice contact support security alert warning link website
  bitcoin crypto to the at our this that from with within hours
  cuenta está sido haga haz clic llame llama visite visita contraseña cerrada bloqueada suspendida pague
  verifique confirme urgente inmediatamente aquí enlace
  votre compte est cliquez appelez visitez fermé bloqué suspendu payez vérifiez confirmez ici lien veuillez mot passe
  ihr konto ist wurde wird klicken sie rufen besuchen geschlossen gesperrt zahlen bestätigen passwort dringend hier bitte
  sua conta foi clique ligue acesse visite senha fechada bloqueada suspensa pague aqui
  tuo conto stato clicca chiama visita chiuso bloccato sospeso paga qui
  akun anda telah klik hubungi kunjungi tutup ditutup diblokir sandi bayar segera sini silakan
  ваш ваша аккаунт счет счёт закрыт заблокирован позвоните нажмите перейдите пароль подтвердите оплатите срочно здесь
  hesabınız kapatıldı tıklayın arayın şifre
  حسابك اتصل اضغط كلمة مغلق الرابط
  `
    .split(/\s+/)
    .filter((word) => word !== ''),
);

/** The longest of them, in UTF-16 units. */
export const longestLure = Math.max(...[...words].map((word) => word.length));

export function isLure(word: string): boolean {
  return words.has(word) || words.has(word.toLowerCase());
}

/** What no name of a person holds in languages that put no blanks between words, or end sentences with a word. */
const text =
  /账户|帳戶|帐户|账号|帳號|密码|密碼|点击|點擊|访问|訪問|请|請|您的|电话|電話|客服|链接|連結|アカウント|パスワード|クリック|ください|ました|です$|ます$|(?:니다|세요|십시오|하시오)(?:$|[\s.])|계정|비밀번호|클릭|บัญชี|คลิก|โทร|รหัสผ่าน/u;

/** How many words of the text are of the list. */
export function lureWords(name: string): number {
  let found = 0;
  for (const word of name.toLowerCase().split(/[^\p{L}\p{M}]+/u)) if (words.has(word)) found += 1;
  return found;
}

/** True when the text holds a phrase that is in no name. */
export function isLureText(name: string): boolean {
  // A name in kana or ideographs is short.
  return text.test(name) || /\p{Script=Han}{11,}|\p{Script=Hiragana}{9,}/u.test(name);
}
