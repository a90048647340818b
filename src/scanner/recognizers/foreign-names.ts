/** Passwords by the names other scripts and languages have for them; the automaton of words knows only ASCII. */
import { FEATURE } from '#scanner/features';
import type { Recognizer } from '#scanner/recognizer';
import { isPlaceholder, isReplaced } from '#scanner/values';

export const foreignNames: Recognizer = {
  id: 'password.foreign-name',
  kind: 'password',
  needs: FEATURE.nonAscii,
  find(text, _keyClass, mark) {
    for (const match of text.matchAll(ASSIGNED)) {
      const value = match[1] as string;
      const start = match.index + match[0].length - value.length;
      if (!isReplaced(value) && !isPlaceholder(value)) mark(start, start + value.length);
    }
  },
};

const NAMES = 'пароль|ключ|секрет|токен|密码|密碼|口令|令牌|密钥|パスワード|暗証番号|비밀번호|암호|şifre|parolă|hasło|lösenord|contraseña|κωδικός|סיסמה|كلمة المرور|كلمة السر|รหัสผ่าน|mật khẩu|पासवर्ड';
const ASSIGNED = new RegExp(`(?:${NAMES})["'”」]?[ \\t]{0,4}(?:=>|[:=：＝]|是|は)[ \\t]{0,4}["'「“]?([^\\s"'”」,;，。；<>&]{3,512})`, 'gi');
