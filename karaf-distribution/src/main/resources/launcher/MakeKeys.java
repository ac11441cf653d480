import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPublicKey;
import java.util.Base64;

/**
 * Makes RSA key pairs for SSH without needing OpenSSH: {@code java MakeKeys.java FILE...} writes a
 * private key to each FILE (PKCS #8 PEM, mode 600) and the public one to FILE.pub ("ssh-rsa
 * BASE64"). Existing files are never overwritten.
 */
final class MakeKeys {
  private static final int KEY_BITS = 3072;

  private MakeKeys() {}

  public static void main(String[] args) throws Exception {
    for (String file : args) {
      make(Path.of(file));
    }
  }

  private static void make(Path privateFile) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(KEY_BITS);
    KeyPair pair = generator.generateKeyPair();
    String pem =
        "-----BEGIN PRIVATE KEY-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'})
                .encodeToString(pair.getPrivate().getEncoded())
            + "\n-----END PRIVATE KEY-----\n";
    Files.createFile(
        privateFile,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(privateFile, pem);
    Files.writeString(
        Path.of(privateFile + ".pub"),
        "ssh-rsa " + Base64.getEncoder().encodeToString(wireForm(pair)) + "\n",
        StandardOpenOption.CREATE_NEW,
        StandardOpenOption.WRITE);
  }

  /** The public key as RFC 4253 section 6.6 writes it. */
  private static byte[] wireForm(KeyPair pair) throws IOException {
    RSAPublicKey key = (RSAPublicKey) pair.getPublic();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    byte[][] fields = {
      "ssh-rsa".getBytes(StandardCharsets.US_ASCII),
      key.getPublicExponent().toByteArray(),
      key.getModulus().toByteArray()
    };
    for (byte[] field : fields) {
      out.writeInt(field.length);
      out.write(field);
    }
    return bytes.toByteArray();
  }
}
