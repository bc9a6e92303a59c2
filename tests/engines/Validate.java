import java.io.FileInputStream;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** Says of each PDF named whether it is PDF/A-2b: a line "yes FILE" or "no FILE: clause, what is wrong; ...". */
public class Validate {
  public static void main(String[] files) throws Exception {
    VeraGreenfieldFoundryProvider.initialise();
    for (String file : files) {
      try {
        System.out.println(verdict(file));
      } catch (Exception unreadable) {
        System.out.println("no " + file + ": " + unreadable.getMessage());
      }
    }
  }

  private static String verdict(String file) throws Exception {
    try (FileInputStream bytes = new FileInputStream(file);
        PDFAParser parser = Foundries.defaultInstance().createParser(bytes, PDFAFlavour.PDFA_2_B)) {
      ValidationResult result =
          Foundries.defaultInstance().createValidator(PDFAFlavour.PDFA_2_B, false).validate(parser);
      StringBuilder wrong = new StringBuilder();
      for (TestAssertion assertion : result.getTestAssertions()) {
        wrong.append(assertion.getRuleId().getClause()).append(", ").append(assertion.getMessage()).append("; ");
      }
      return (result.isCompliant() ? "yes " : "no ") + file + (wrong.length() > 0 ? ": " + wrong : "");
    }
  }
}
